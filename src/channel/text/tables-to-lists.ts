import { fenceAfter, type Fence } from './fence.ts';

/**
 * Writes tables as lists, which a phone can show: a bold heading before each value, an empty line between rows. Tables
 * without rows and tables in code blocks stay as they are.
 */
export function tablesToLists(markdown: string): string {
  const lines = markdown.split('\n');
  const out: string[] = [];
  let fence: Fence = null;
  let index = 0;
  while (index < lines.length) {
    const end = fence === null ? tableEnd(lines, index) : index;
    if (end - index >= 2) {
      out.push(...tableLines(lines.slice(index, end)));
      index = end;
      continue;
    }
    const line = lines[index] ?? '';
    fence = fenceAfter(line, fence);
    out.push(line);
    index += 1;
  }
  return out.join('\n');
}

const isEdged = (line: string): boolean => /^\|.*\|$/.test(line.trim()) && line.trim().length > 1;
const isSeparator = (line: string): boolean => /^[-:| ]+$/.test(line.trim()) && line.includes('|');
const isRow = (line: string): boolean => line.trim() !== '' && line.includes('|');

/** The line after the table that starts here, or `start`. */
function tableEnd(lines: readonly string[], start: number): number {
  const isPart = isEdged(lines[start] ?? '')
    ? isEdged
    : isRow(lines[start] ?? '') &&
        /-.*\|.*-/.test(lines[start + 1] ?? '') &&
        isSeparator(lines[start + 1] ?? '')
      ? isRow
      : null;
  if (isPart === null) return start;
  const end = lines.findIndex((line, index) => index > start && !isPart(line));
  return end < 0 ? lines.length : end;
}

function tableLines(lines: readonly string[]): string[] {
  const [head, ...rows] = lines.filter((line) => !isSeparator(line)).map(cellsOf);
  if (head === undefined || rows.length === 0) return [...lines];
  return rows.flatMap((row) => [
    ...row.slice(0, Math.max(row.length, head.length)).map((value, column) => listLine(head, value, column)),
    ...head.slice(row.length).map((_, missing) => listLine(head, '', row.length + missing)),
    '',
  ]);
}

function listLine(head: readonly string[], value: string, column: number): string {
  const name = (head[column] ?? '').replaceAll('**', '');
  return `${column === 0 ? '•' : ' '} ${name === '' ? '' : `**${name}:** `}${value}`;
}

const cellsOf = (line: string): string[] =>
  line
    .trim()
    .replace(/^\|/, '')
    .replace(/(?<!\\)\|$/, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));
