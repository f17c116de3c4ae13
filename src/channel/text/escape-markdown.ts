/** At most so many characters, then `…`. Characters, not code units: an emoji is never cut in two. */
export function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  const characters = Array.from(text.slice(0, 2 * most + 2));
  return characters.length <= most ? text : `${characters.slice(0, most).join('')}…`;
}

/** Foreign text as text: nothing of it is read as Markdown. */
export const escapeMarkdown = (text: string): string =>
  text
    .replace(/[\\`*_~[\]<&|]/g, '\\$&')
    .replace(/^(\s*)([#>+=-])/gm, '$1\\$2')
    .replace(/^(\s*\d+)([.)])/gm, '$1\\$2')
    .replace(/https?(?=:\/\/)/gi, '$&\\');

/** Foreign text between backticks, more of them than it has itself. */
export function inlineCode(text: string): string {
  const line = text.replace(/\s*\n\s*/g, ' ');
  const marks = '`'.repeat(longestRun(line) + 1);
  const space = line.startsWith('`') || line.endsWith('`') || line.trim() === '' ? ' ' : '';
  return `${marks}${space}${line}${space}${marks}`;
}

/** Foreign text as a code block. */
export function codeBlock(text: string): string {
  const marks = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `${marks}\n${text}\n${marks}`;
}

const longestRun = (text: string): number =>
  Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
