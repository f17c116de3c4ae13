import { sliceStyled, type StyledText } from './styled-text.ts';

/** How much of the platform's limit a part takes, in the platform's own unit. At least the length of its text. */
export type Measure = (part: StyledText) => number;

const textLength: Measure = ({ text }) => text.length;

/**
 * Cuts a text into parts of at most `max`, after a paragraph, a line or a word where one ends in the second half, never
 * within a character. Code blocks that are cut go on in the next part, in the same language. An empty text is one part.
 */
export function splitText(styled: StyledText, max: number, measure: Measure = textLength): StyledText[] {
  const parts: StyledText[] = [];
  let start = 0;
  for (;;) {
    // No more than may fit is looked at: a long text has thousands of spans
    const head = sliceStyled(styled, start, Math.min(start + max, styled.text.length));
    const isLast = start + max >= styled.text.length;
    if (isLast && measure(head) <= max) {
      if (head.text !== '' || parts.length === 0) parts.push(head);
      return parts;
    }
    const { end, next } = findCut(head, styled.text.slice(start, start + max + 1), max, measure);
    parts.push(sliceStyled(styled, start, start + end));
    start += next;
  }
}

/** `text` is that of the head and one unit more, to see whether a character is cut. */
function findCut(
  head: StyledText,
  text: string,
  max: number,
  measure: Measure,
): { end: number; next: number } {
  const fits = (end: number) => measure(sliceStyled(head, 0, end)) <= max;
  let limit = longestFit(head.text.length, fits);
  for (;;) {
    const cut = cutWithin(text, limit);
    // Marks around the last word can make a shorter part the longer one
    if (fits(cut.end) || cut.end <= 2) return cut;
    limit = cut.end - 1;
  }
}

function longestFit(most: number, fits: (end: number) => boolean): number {
  if (fits(most)) return most;
  let good = 1;
  let bad = most;
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (fits(middle)) good = middle;
    else bad = middle;
  }
  return good;
}

function cutWithin(text: string, limit: number): { end: number; next: number } {
  const head = text.slice(0, limit);
  for (const separator of ['\n\n', '\n', ' ']) {
    const end = head.lastIndexOf(separator);
    if (end > Math.floor(limit / 2)) return { end, next: end + separator.length };
  }
  const end = isWithinCharacter(text, limit) ? (limit > 1 ? limit - 1 : limit + 1) : limit;
  return { end, next: end };
}

const isWithinCharacter = (text: string, index: number): boolean =>
  /[\uD800-\uDBFF]/.test(text[index - 1] ?? '') && /[\uDC00-\uDFFF]/.test(text[index] ?? '');
