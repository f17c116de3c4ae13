import type { Span, StyledText } from '#channel/text/styled-text.ts';

const MARKS = { bold: '*', italic: '_', strike: '~' } as const;

interface Insertion {
  readonly at: number;
  readonly text: string;
  /** Closing marks come before opening ones, and inner ones close first. */
  readonly order: readonly [rank: number, inner: number];
}

/** Writes spans with WhatsApp's marks, where it would read them as such: https://faq.whatsapp.com/539178204879377 */
export function writeMarks({ text, spans }: StyledText): string {
  const code = spans.filter(({ style }) => style.kind === 'code' || style.kind === 'pre');
  const insertions = spans
    .flatMap((span, depth) => insertionsFor(span, depth, text, code))
    .toSorted((a, b) => a.at - b.at || a.order[0] - b.order[0] || a.order[1] - b.order[1]);
  let written = '';
  let position = 0;
  for (const insertion of insertions) {
    written += text.slice(position, insertion.at) + insertion.text;
    position = insertion.at;
  }
  return written + text.slice(position);
}

function insertionsFor(span: Span, depth: number, text: string, code: readonly Span[]): Insertion[] {
  const { kind } = span.style;
  const words = text.slice(span.start, span.end);
  switch (kind) {
    case 'pre':
      return [...fence(span, words, text), ...withoutFences(span, words)];
    case 'code':
      return words.includes('`') || words.trim() === '' ? [] : around(span, '`', depth);
    case 'quote':
      return lineStarts(span, text)
        .filter((at) => !code.some(({ start, end, style }) => style.kind === 'pre' && start < at && at < end))
        .map((at) => ({ at, text: '> ', order: [1, 0] }));
    case 'link':
      return [];
    default:
      return pieces(span, text, code)
        .filter((piece) => canMark(piece, text, MARKS[kind]))
        .flatMap((piece) => around(piece, MARKS[kind], depth));
  }
}

const around = ({ start, end }: Pick<Span, 'start' | 'end'>, mark: string, depth: number): Insertion[] => [
  { at: start, text: mark, order: [2, depth] },
  { at: end, text: mark, order: [0, -depth] },
];

function fence({ start, end }: Span, words: string, text: string): Insertion[] {
  const isFollowed = end < text.length && text[end] !== '\n';
  return [
    { at: start, text: '```\n', order: [3, 0] },
    { at: end, text: `${words.endsWith('\n') ? '' : '\n'}\`\`\`${isFollowed ? '\n' : ''}`, order: [-1, 0] },
  ];
}

/** A fence within code would end it: an invisible space makes it none. */
const withoutFences = ({ start }: Span, words: string): Insertion[] =>
  Array.from(words.matchAll(/``(?=`)/g), ({ index }) => ({
    at: start + index + 2,
    text: '\u200B',
    order: [1, 0],
  }));

function lineStarts({ start, end }: Span, text: string): number[] {
  const starts = [start];
  for (let at = text.indexOf('\n', start) + 1; at > 0 && at < end; at = text.indexOf('\n', at) + 1)
    starts.push(at);
  return starts;
}

/** The lines of a span without the code in them and the white space around: marks hold for no more. */
function pieces(span: Span, text: string, code: readonly Span[]): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  let start = span.start;
  const holes = code.filter((hole) => hole.start < span.end && hole.end > span.start);
  for (const hole of [...holes, { start: span.end, end: span.end }]) {
    const part = text.slice(start, hole.start);
    for (const line of part.matchAll(/[^\s](?:[^\n]*[^\s])?/g)) {
      found.push({ start: start + line.index, end: start + line.index + line[0].length });
    }
    start = Math.max(start, hole.end);
  }
  return found;
}

/** Within a word WhatsApp shows the marks themselves. */
const canMark = ({ start, end }: { start: number; end: number }, text: string, mark: string): boolean =>
  !text.slice(start, end).includes(mark) &&
  !/[\p{L}\p{N}]$/u.test(text.slice(Math.max(0, start - 2), start)) &&
  !/^[\p{L}\p{N}]/u.test(text.slice(end, end + 2));
