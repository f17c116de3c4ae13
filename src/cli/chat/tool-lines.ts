import { oneLine, printable } from '#cli/style.ts';
import { parseJson } from '#cli/http.ts';
import { toolTitle } from '#protocol/mcp-tool-name.ts';
import { StandaloneFile } from '#protocol/standalone-file.ts';

/** The one input that tells most about a call, by the names tools give it; the first that is there is shown. */
const tellingInputs = [
  'command',
  'file_path',
  'path',
  'pattern',
  'query',
  'url',
  'skill',
  'description',
  'subject',
  'prompt',
];

/** A whole input, for somebody who is to consent to it. */
export const inputLines = (input: Readonly<Record<string, unknown>>): readonly string[] =>
  Object.entries(input).flatMap(([key, value]) => {
    const lines = printable(typeof value === 'string' ? value : JSON.stringify(value)).split('\n');
    const name = `  ${printable(key)}:`;
    return lines.length === 1 ? [`${name} ${lines[0]}`] : [name, ...lines.map((line) => `    ${line}`)];
  });

const shownResultLines = 4;

/** `Bash ls -la`: the tool and what it was called with, on one line of at most `width` units. */
export function describeCall(name: string, input: Readonly<Record<string, unknown>>, width: number): string {
  const telling = tellingInputs.map((key) => input[key]).find((value) => typeof value === 'string');
  const rest = Object.keys(input).length === 0 ? '' : JSON.stringify(input);
  const said = typeof telling === 'string' ? telling : rest;
  const title = oneLine(toolTitle(name), 60);
  return `${title} ${oneLine(said, Math.max(20, width - title.length - 6))}`.trimEnd();
}

const fileSigns: ReadonlyMap<string, string> = new Map([
  ['audio', '🎵'],
  ['video', '🎬'],
  ['image', '🖼️'],
]);

/** The beginning of a result, indented under its call, with how much there was beyond. */
export function summariseResult(content: string, width: number): string[] {
  const file = StandaloneFile.safeParse(parseJson(content)).data?._standalone_file;
  if (file !== undefined) return describeFile(file);
  const lines = printable(content).trimEnd().split('\n');
  if (lines.length === 1 && lines[0] === '') return ['  ⎿ (no output)'];
  const shown = lines.slice(0, lines.length > shownResultLines + 1 ? shownResultLines : lines.length);
  const beyond = lines.length - shown.length;
  return [
    ...shown.map((line, at) => `  ${at === 0 ? '⎿' : ' '} ${cut(line, width - 6)}`),
    ...(beyond > 0 ? [`    … ${beyond} more lines`] : []),
  ];
}

/** The address stands on a line of its own and whole, so that it can be copied. */
function describeFile({
  type = '',
  filename,
  url,
  size_bytes,
}: StandaloneFile['_standalone_file']): string[] {
  const size = size_bytes === undefined ? '' : ` (${showSize(size_bytes)})`;
  return [
    `  ⎿ ${fileSigns.get(type) ?? '📄'} ${oneLine(filename, 200)}${size}`,
    ...(url === undefined ? [] : [`    ${oneLine(url, 2000)}`]),
  ];
}

function showSize(bytes: number): string {
  const steps = Math.min(3, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${(bytes / 1024 ** steps).toFixed(1)} ${['B', 'KB', 'MB', 'GB'][steps]}`;
}

// Unlike `oneLine` it keeps the indentation: it means something in a listing
const cut = (line: string, width: number) =>
  line.length > Math.max(20, width) ? `${line.slice(0, Math.max(20, width) - 1)}…` : line;
