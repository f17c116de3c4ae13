import { LONGEST_HELD, type Cursor, type Reader } from './cursor.ts';
import { isIdentifier } from './code-value.ts';
import { secretKind } from './secret-name.ts';
import {
  isSecretText,
  isSecretValue,
  startsBehindQuotation,
  startsOrdinary,
  trimSigns,
  type Label,
} from './secret-value.ts';
import * as sign from './signs.ts';
import { skipWhile } from './skip.ts';

interface Place {
  /** Whether the label was followed by `=`, else by `:` or, behind a command's flag, by nothing. */
  readonly equals: boolean;
  /** Behind `*Label*:` the rest of the line is the value; in a list it is if its first word is a secret. */
  readonly line: 'value' | 'item' | undefined;
  readonly back: Reader;
}

const ENOUGH_TO_START = 8;
const LONGEST_LABEL = 90;
const LABEL_AT_END = /([\w.-]+)[*\]?!]{0,7}$/;
const SCHEME = /^(?:bearer|basic|token|apikey|key|bot)$/i;
const STRING_PREFIX = /^[rbfu]{1,2}$/i;
// Mail services show an app password as four groups of four letters
const GROUP = /^[a-z]{4}$/i;
const MORE_GROUPS = /(?: [a-z]{4}){3}(?![\p{L}\p{N}])/iuy;
const MAYBE_GROUPS = /^(?: [a-z]{4})*(?: [a-z]{0,4})?$/i;
const LENGTH_OF_GROUPS = 16;

/** Between a label's separator and its value: blanks, the stars of bold type, the second sign of `==` or `=>`. */
export function readAfterLabel(label: Label, place: Place): Reader {
  let expected = label;
  const read: Reader = (cursor) => {
    const code = cursor.code(cursor.at);
    const operator = code === sign.EQUALS || code === sign.GREATER;
    const blank = code === sign.SPACE || code === sign.TAB;
    if (blank || operator || code === sign.STAR) {
      if (operator || (blank && place.equals)) expected = { ...expected, doubtful: true };
      cursor.pass(cursor.at + 1);
      return read;
    }
    if (sign.isQuote(code)) {
      cursor.pass(cursor.at + 1);
      return readQuoted(expected, { quote: code, escaped: false }, place.back);
    }
    if (code === sign.BACKSLASH) {
      if (cursor.lacks(2)) return undefined;
      const quote = cursor.code(cursor.at + 1);
      if (!sign.isQuote(quote)) return place.back;
      cursor.pass(cursor.at + 2);
      return readQuoted(expected, { quote, escaped: true }, place.back);
    }
    return sign.isLineEnd(code) ? place.back : readValue(expected, place);
  };
  return read;
}

function readValue(label: Label, place: Place): Reader {
  const endsValue =
    label.kind === 'password' || label.kind === 'address' ? sign.endsPassword : sign.endsToken;
  const ends = (code: number) => endsValue(code) || (place.equals && code === sign.AMPERSAND);
  // Only what will surely be masked may hide another label; else the next label is read by itself
  const certain = !label.doubtful && label.kind !== 'key' && label.kind !== 'digits';
  let begun = false;
  let bracketed = false;

  return (cursor) => {
    if (!begun) {
      const start = startOf(cursor, sign.isBlank);
      if (start === undefined) return undefined;
      if (startsOrdinary(start, label.kind)) return place.back;
      begun = true;
    }
    let end = cursor.open;
    for (; end < cursor.text.length && end - cursor.at < LONGEST_HELD; end += 1) {
      const code = cursor.code(end);
      if (ends(code)) break;
      if (!certain && (code === sign.EQUALS || code === sign.COLON) && endsInLabel(cursor, end)) break;
      if (bracketed || (code !== sign.PARENTHESIS && code !== sign.BRACKET)) continue;
      // A call or an index: what stands before decides, so that the rest is read as the code it is
      if (isIdentifier(cursor.text.slice(cursor.at, end))) break;
      bracketed = true;
    }
    if (end === cursor.text.length && cursor.wait(end)) return undefined;
    return decide(cursor, end);
  };

  function decide(cursor: Cursor, end: number): Reader | undefined {
    const found = cursor.text.slice(cursor.at, end);
    const next = cursor.text.charAt(end);
    if (sign.isQuote(cursor.code(end)) && STRING_PREFIX.test(found)) {
      cursor.pass(end);
      return readAfterLabel(label, { ...place, equals: false });
    }
    if (SCHEME.test(found) && /authorization$/i.test(label.name)) {
      if (next !== ' ') return place.back;
      cursor.pass(end);
      return readAfterLabel({ ...label, doubtful: false }, { ...place, equals: false });
    }
    const value = trimSigns(found, ',;)}]>*.');
    if (place.line !== 'value' && !isSecretValue(value, next, label)) return place.back;
    if (found.length >= LONGEST_HELD) {
      cursor.mask(end);
      return skipWhile((code) => !ends(code), place.back);
    }
    const last = GROUP.test(value) && found === value ? endOfGroups(cursor, end) : cursor.at + value.length;
    if (last === undefined) return undefined;
    cursor.mask(last);
    return place.line ? skipWhile((code) => !sign.isLineEnd(code), place.back) : place.back;
  }
}

function endsInLabel(cursor: Cursor, end: number): boolean {
  const name = LABEL_AT_END.exec(cursor.text.slice(Math.max(cursor.at, end - LONGEST_LABEL), end))?.[1];
  return name !== undefined && secretKind(name) !== undefined;
}

/** Where `abcd efgh ijkl mnop` ends, given that its first group ends at `end`; undefined if that is open. */
function endOfGroups(cursor: Cursor, end: number): number | undefined {
  const rest = cursor.text.slice(end, end + LENGTH_OF_GROUPS);
  if (!cursor.final && rest.length < LENGTH_OF_GROUPS && MAYBE_GROUPS.test(rest)) {
    cursor.seen = end;
    return undefined;
  }
  MORE_GROUPS.lastIndex = 0;
  return MORE_GROUPS.test(rest) ? end + MORE_GROUPS.lastIndex : end;
}

function readQuoted(
  label: Label,
  { quote, escaped }: { readonly quote: number; readonly escaped: boolean },
  back: Reader,
): Reader {
  const ends = (code: number) => code === quote || (sign.isLineEnd(code) && quote !== sign.BACKTICK);
  let begun = false;

  return (cursor) => {
    if (!begun) {
      const start = startOf(cursor, ends);
      if (start === undefined) return undefined;
      if (startsOrdinary(start, label.kind) || startsBehindQuotation(start)) return back;
      begun = true;
    }
    const { text } = cursor;
    let end = cursor.open;
    while (end < text.length && end - cursor.at < LONGEST_HELD) {
      const code = cursor.code(end);
      if (ends(code)) break;
      if (code === sign.BACKSLASH) {
        if (end + 1 === text.length && cursor.wait(end)) return undefined;
        if (escaped && cursor.code(end + 1) === quote) break;
        end += 1;
      }
      end += 1;
    }
    if (end >= text.length && cursor.wait(end)) return undefined;
    const stop = Math.min(end, text.length);
    if (!isSecretText(text.slice(cursor.at, stop), label)) return back;
    const cut = stop - cursor.at >= LONGEST_HELD;
    cursor.mask(stop);
    return cut ? skipWhile((code) => !ends(code), back) : back;
  };
}

/** The first characters of a value; undefined if more are needed to say what it is. */
function startOf(cursor: Cursor, ends: (code: number) => boolean): string | undefined {
  if (!sign.mayStartOrdinary(cursor.code(cursor.at))) return '';
  const limit = Math.min(cursor.text.length, cursor.at + ENOUGH_TO_START);
  let end = cursor.at;
  while (end < limit && !ends(cursor.code(end))) end += 1;
  return end === cursor.text.length && cursor.lacks(ENOUGH_TO_START)
    ? undefined
    : cursor.text.slice(cursor.at, end);
}
