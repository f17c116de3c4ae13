/** Code between fences that are longer than any in it. */
export function codeBlock(text: string, language: string): string {
  const fence = fenceFor(text, 3);
  return `${fence}${language}\n${text}\n${fence}`;
}

export function inlineCode(text: string): string {
  const fence = fenceFor(text, 1);
  if (text === '') return '';
  return fence.length === 1 ? `\`${text}\`` : `${fence} ${text} ${fence}`;
}

function fenceFor(text: string, least: number): string {
  const longest = (text.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 0);
  return '`'.repeat(Math.max(least, longest + 1));
}
