/**
 * Text that is still being written, made presentable: marks that were opened and not yet closed are closed, or left
 * out while they could still become something else. Only the last lines are touched.
 */
export function tidyTail(text: string): string {
  const lines = text.split('\n');
  const last = lines.at(-1) ?? '';
  if (endsInsideFence(lines)) {
    // The first marks of the closing fence.
    return /^\s{0,3}(?:`{1,}|~{1,})\s*$/.test(last) ? lines.slice(0, -1).join('\n') : text;
  }
  // A list mark, a heading mark, an underline or a fence of which only the marks are there yet.
  if (/^\s*(?:[-+*=_#>~`|]+|\d{1,9}[.)]?)\s*$/.test(last)) return tidyTail(lines.slice(0, -1).join('\n'));
  const start = lines.findLastIndex((line) => line.trim() === '') + 1;
  const paragraph = lines.slice(start);
  if (isHalfTable(paragraph)) return lines.slice(0, start).join('\n');
  return [...lines.slice(0, start), closeMarks(paragraph.join('\n'))].join('\n');
}

function endsInsideFence(lines: readonly string[]): boolean {
  let fence: string | null = null;
  for (const line of lines) {
    const marks = /^\s*(?:[-+*>]\s+|\d{1,9}[.)]\s+)*(`{3,}|~{3,})(.*)$/.exec(line);
    if (marks?.[1] === undefined) continue;
    const info = marks[2] ?? '';
    if (fence === null) {
      if (!(marks[1].startsWith('`') && info.includes('`'))) fence = marks[1];
    } else if (marks[1].startsWith(fence) && info.trim() === '') fence = null;
  }
  return fence !== null;
}

/** The head of a table whose second line does not yet say that it is one. */
const isHalfTable = (lines: readonly string[]): boolean =>
  lines.length <= 2 && /^\s*\|/.test(lines[0] ?? '') && !/^\s*\|?(?:\s*:?-+:?\s*\|)+/.test(lines[1] ?? '');

function closeMarks(paragraph: string): string {
  // A link or image of which the address is not complete shows its words only.
  const text = paragraph
    .replace(/!\[[^\]\n]*(?:\](?:\([^)\n]*)?)?$/, '')
    .replace(/\[([^\]\n]*)(?:\]\([^)\n]*)$/, '$1')
    .replace(/\[([^\]\n]*)$/, '$1')
    .replace(/[*_~`]+$/, '');
  const withoutCode = text.replace(/(`+)(?:(?!\1)[\s\S])*?\1(?!`)/g, '').replace(/^[\s*_-]+$/gm, '');
  const openCode = /`+/.exec(withoutCode);
  const prose = withoutCode.slice(0, openCode?.index);
  const closers = ['~~', '**', '__'].filter((mark) => prose.split(mark).length % 2 === 0);
  const singles = prose.replaceAll('**', '').replace(/^\s*\*\s/gm, '');
  const opened = singles.match(/(?<!\w)\*(?=[^\s*])/g)?.length ?? 0;
  const closed = singles.match(/(?<=[^\s*])\*(?!\w)/g)?.length ?? 0;
  if (opened > closed) closers.unshift('*');
  if (openCode !== null) return text + openCode[0] + closers.join('');
  return closers.length === 0 ? text : text.trimEnd() + closers.join('');
}
