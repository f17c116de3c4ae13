export interface TextPart {
  readonly text: string;
  /** Where the part leads; null for plain text. */
  readonly href: string | null;
}

// What may stand around an address, in prose or in JSON, is no part of it
const ADDRESS = /https?:\/\/[^\s"'`<>\\^{|}]+/gi;
const AFTERWARDS = '.,;:!?)]*_~';

/**
 * The web addresses in a text. Contract: the parts joined are the text, and each link leads where its letters say: one
 * with letters beyond ASCII, which may look like others, or with a user name in front stays text.
 */
export function linkParts(text: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    const address = withoutEnding(found);
    const href = hrefOf(address);
    if (href === null) continue;
    if (index > end) parts.push({ text: text.slice(end, index), href: null });
    parts.push({ text: address, href });
    end = index + address.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end), href: null });
  return parts;
}

// A pattern for this would take the square of the time for a long row of dots
function withoutEnding(found: string): string {
  let length = found.length;
  while (length > 0 && AFTERWARDS.includes(found.charAt(length - 1))) length -= 1;
  return found.slice(0, length);
}

function hrefOf(address: string): string | null {
  if (!/^[!-~]+$/.test(address)) return null;
  const url = URL.parse(address);
  return url === null || url.username !== '' || url.password !== '' ? null : url.href;
}
