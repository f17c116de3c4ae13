import { contentType } from '#tools/file-content.ts';

/** What a page is to be read as. */
export type PageKind = 'html' | 'text' | 'pdf' | 'image' | 'binary';

/** How many bytes of a page's beginning are looked at: where HTML has to name its encoding. */
export const headBytes = 1_024;

const textTypes =
  /^(?:text\/.*|application\/(?:.*[+-])?(?:json|xml|javascript|ecmascript|yaml|toml|sql|graphql))$/;
const unnamed: ReadonlySet<string> = new Set(['', 'application/octet-stream', 'binary/octet-stream']);

/** Told by the header and by the first bytes, because either may lie. */
export function pageKind(header: string | null, head: Uint8Array): PageKind {
  const type = (header ?? '').replace(/;.*$/s, '').trim().toLowerCase();
  const seen = contentType(head);
  if (type === 'application/pdf' || seen === 'application/pdf') return 'pdf';
  if (seen.startsWith('image/') || (type.startsWith('image/') && !type.endsWith('+xml'))) return 'image';
  if (seen === 'binary' && !isUtf16(charset(header, head))) return 'binary';
  if (type === 'text/html' || type === 'application/xhtml+xml') return 'html';
  if (unnamed.has(type))
    return /^\s*<(?:!doctype html|html|head|body)\b/i.test(latin(head)) ? 'html' : 'text';
  return textTypes.test(type) || type.endsWith('+xml') ? 'text' : 'binary';
}

/** Decodes piece by piece, in the encoding that the page names; in UTF-8 if it names none that is known. */
export function decoderFor(header: string | null, head: Uint8Array): TextDecoder {
  try {
    return new TextDecoder(charset(header, head));
  } catch {
    return new TextDecoder();
  }
}

const marks = [
  { bytes: [0xef, 0xbb, 0xbf], charset: 'utf-8' },
  { bytes: [0xff, 0xfe], charset: 'utf-16le' },
  { bytes: [0xfe, 0xff], charset: 'utf-16be' },
] as const;

/** In the order of https://html.spec.whatwg.org/multipage/parsing.html#determining-the-character-encoding */
function charset(header: string | null, head: Uint8Array): string {
  const mark = marks.find(({ bytes }) => bytes.every((byte, index) => head[index] === byte));
  if (mark) return mark.charset;
  const named = /charset\s*=\s*["']?([^\s"';,]+)/i.exec(header ?? '')?.[1];
  if (named !== undefined) return named;
  const start = latin(head);
  const declared = (
    /<meta[^>]+charset\s*=\s*["']?([^\s"'/>;]+)/i.exec(start) ??
    /^<\?xml[^>]+encoding\s*=\s*["']([^"']+)/i.exec(start)
  )?.[1];
  // A declaration that can be read in ASCII is not in UTF-16, whatever it says
  return declared === undefined || isUtf16(declared) ? 'utf-8' : declared;
}

const isUtf16 = (charset: string) => /^(?:utf-?16|unicode|ucs-2|iso-10646-ucs-2)/i.test(charset);

const latin = (bytes: Uint8Array) => String.fromCharCode(...bytes.subarray(0, headBytes));
