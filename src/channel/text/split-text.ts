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
  let rest = styled;
  while (measure(rest) > max) {
    const { end, next } = findCut(rest, max, measure);
    parts.push(sliceStyled(rest, 0, end));
    rest = sliceStyled(rest, next);
  }
  if (rest.text !== '' || parts.length === 0) parts.push(rest);
  return parts;
}

function findCut(rest: StyledText, max: number, measure: Measure): { end: number; next: number } {
  const fits = (end: number) => measure(sliceStyled(rest, 0, end)) <= max;
  let limit = longestFit(Math.min(max, rest.text.length), fits);
  for (;;) {
    const cut = cutWithin(rest.text, limit);
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
