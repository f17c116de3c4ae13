import { foldText } from '#lib/fold-text.ts';

const CONTEXT = 100;
const MAX_LENGTH = 200;

/** The first place of a text where the (folded, not blank) needle occurs, with what stands around it. */
export function makeSnippet(text: string, needle: string): string {
  const at = foldText(text).indexOf(needle);
  if (at < 0) return text.slice(0, MAX_LENGTH).toWellFormed();
  const hitStart = unfoldedOffset(text, at);
  const from = Math.max(hitStart - CONTEXT, 0);
  const to = hitStart + needle.length + CONTEXT;
  const snippet = (from > 0 ? '...' : '') + text.slice(from, to) + (to < text.length ? '...' : '');
  return withoutHalves(snippet.slice(0, MAX_LENGTH));
}

/** Where in `text` the character begins that stands at `offset` of its folded form; folding may change lengths. */
function unfoldedOffset(text: string, offset: number): number {
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (foldText(text.slice(0, middle + 1)).length <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A cut may fall into the middle of a character that takes two UTF-16 units. */
const withoutHalves = (text: string): string => text.replace(/\p{Surrogate}/gu, '');
