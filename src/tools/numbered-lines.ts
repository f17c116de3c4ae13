/** The longest line that the model sees whole, in UTF-16 units. */
export const maxLineLength = 2_000;

/** Lines as `cat -n` prints them, the first one numbered `first`; long ones are cut. */
export const numberLines = (lines: readonly string[], first: number): string =>
  lines.map((line, index) => `${String(first + index).padStart(6)}\t${cutLine(line)}`).join('\n');

export const cutLine = (line: string, limit: number = maxLineLength): string =>
  line.length <= limit ? line : `${line.slice(0, limit).toWellFormed()}… [line cut]`;

/** Without their ends; a line break at the end of the text begins no further line. */
export function splitLines(text: string): string[] {
  const lines = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
