import { LONGEST_HELD, type Reader } from './cursor.ts';
import * as sign from './signs.ts';

const LEAST_LINE = 16;
const LONGEST_GAP = 64;
const HEADER_NAME = /(?:Proc-Type|DEK-Info|Version|Comment|Charset|Hash):/y;
const LONGEST_HEADER_NAME = 10;

/**
 * Behind `-----BEGIN … PRIVATE KEY-----`: masks the body once and leaves out its lines as they come. Ends at the
 * first thing that is no line of base64, so that a marker named in prose hides nothing.
 */
export function readPemBody(back: Reader): Reader {
  let masked = false;
  const read: Reader = (cursor) => {
    const { text, at } = cursor;
    const from = endOfGap(text, at);
    if (from - at > LONGEST_GAP) return back;
    if (text[from] === '\\' && from + 1 === text.length && cursor.wait(from)) return undefined;
    if (!masked && !cursor.final && text.length - from < LONGEST_HEADER_NAME) return undefined;
    let end = Math.max(from, cursor.open);
    while (end < text.length && end - at < LONGEST_HELD && sign.isBase64Sign(cursor.code(end))) end += 1;
    if (end === text.length && cursor.wait(end)) return undefined;
    const length = end - from;
    if (length >= LEAST_LINE) {
      if (masked) cursor.drop(end);
      else {
        cursor.pass(from);
        cursor.mask(end);
      }
      masked = true;
      return read;
    }
    HEADER_NAME.lastIndex = from;
    if (!masked && HEADER_NAME.test(text)) {
      cursor.pass(HEADER_NAME.lastIndex);
      return passHeader;
    }
    // The last line may be short; what stands before the closing dashes is none
    if (masked && length > 0 && cursor.code(end) !== sign.DASH) cursor.drop(end);
    return back;
  };
  const passHeader: Reader = (cursor) => {
    let end = cursor.at;
    while (end < cursor.text.length && !endsHeader(cursor.code(end))) end += 1;
    cursor.pass(end);
    return end < cursor.text.length ? read : passHeader;
  };
  return read;
}

const endsHeader = (code: number): boolean => sign.isLineEnd(code) || code === sign.BACKSLASH;

/** Lines are parted by blanks, or by `\n` as JSON writes it. */
function endOfGap(text: string, from: number): number {
  let end = from;
  while (end < text.length) {
    if (sign.isBlank(text.charCodeAt(end))) end += 1;
    else if (text[end] === '\\' && (text[end + 1] === 'n' || text[end + 1] === 'r')) end += 2;
    else break;
  }
  return end;
}
