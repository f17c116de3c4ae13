import { codeBlock, escapeMarkdown, shorten } from './escape-markdown.ts';
import { shortToolName } from './tool-name.ts';

/** The message that tells how a tool call ended. `name` is null when the call is not known. */
export function toolResultMessage(name: string | null, content: string, isError: boolean): string {
  const shown = escapeMarkdown(shortToolName(name ?? 'Tool'));
  const trimmed = content.trim();
  const lines = trimmed.split('\n');
  if (isError) {
    const end = trimmed === '' ? '' : `\n${codeBlock(shorten(lines.slice(-5).join('\n'), 500))}`;
    return `❌ **${shown} failed**${end}`;
  }
  const preview = trimmed === '' ? '' : previewOf(name ?? 'Tool', trimmed, lines);
  return `✅ **${shown}** — ${sizeOf(content)}${preview === '' ? '' : `\n${preview}`}`;
}

function previewOf(name: string, content: string, lines: readonly string[]): string {
  const count = lines.length;
  if (name === 'Write' || name === 'Edit' || name === 'MultiEdit' || name === 'NotebookEdit') return '';
  // The file itself follows
  if (name.endsWith('send_file_to_chat')) return '';
  if (name === 'Glob') return listed(`${count} files found:`, lines, 8);
  if (name === 'Grep') return listed(`${count} matches:`, lines, 6);
  if (name === 'Bash' || name === 'Read') {
    if (count <= 6) return codeBlock(shorten(content, 500));
    const [head, tail] = name === 'Bash' ? [lines.slice(0, 3), lines.slice(-2)] : [lines.slice(0, 5), []];
    return codeBlock(
      [...head, `  … (${count} lines total)`, ...tail].map((line) => shorten(line, 500)).join('\n'),
    );
  }
  if (name === 'WebSearch' || name === 'WebFetch') return text(lines, 4, '…');
  if (shorten(content, 100) === content) return escapeMarkdown(content);
  return count <= 4 ? text(lines, 4, '') : text(lines, 3, `… (${count} lines)`);
}

function listed(title: string, lines: readonly string[], most: number): string {
  const shown = lines.slice(0, most).map((line) => `  ${escapeMarkdown(shorten(line, 300))}`);
  const more = lines.length > most ? [`  … (+${lines.length - most} more)`] : [];
  return [title, ...shown, ...more].join('\n');
}

function text(lines: readonly string[], most: number, ending: string): string {
  const shown = escapeMarkdown(shorten(lines.slice(0, most).join('\n'), 500));
  return lines.length > most ? `${shown}\n${ending}` : shown;
}

function sizeOf(content: string): string {
  const count = characterCount(content);
  if (count < 100) return `${count} chars`;
  if (count < 1000) return `~${Math.floor(count / 100) * 100} chars`;
  if (count < 10_000) return `~${(count / 1000).toFixed(1)}K chars`;
  return `~${Math.floor(count / 1000)}K chars`;
}

/** An emoji is one. */
const characterCount = (content: string): number =>
  content.length - (content.match(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g)?.length ?? 0);
