/**
 * Shortens a long text for the model. Contract: the result is `text` if that is at most `limit` UTF-16 units long, else
 * its beginning and its end with a note between them that says how much is missing; no surrogate pair is torn.
 */
export function cutMiddle(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const half = Math.floor(limit / 2);
  const start = text.slice(0, isHigh(text, half - 1) ? half - 1 : half);
  const from = text.length - half;
  const end = text.slice(isHigh(text, from - 1) ? from + 1 : from);
  const missing = text.length - start.length - end.length;
  return `${start}\n\n[… ${missing} characters cut …]\n\n${end}`;
}

const isHigh = (text: string, index: number) => /[\ud800-\udbff]/.test(text.charAt(index));
