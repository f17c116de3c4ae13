import { LONGEST_HELD, type Cursor, type Reader } from './cursor.ts';
import { MASK } from './mask.ts';
import { maskWord } from './mask-word.ts';
import { readAuthority, readMailPassword } from './read-address.ts';
import { readPemBody } from './read-pem.ts';
import { readAfterLabel } from './read-value.ts';
import { looksRandom } from './random-run.ts';
import { secretKind } from './secret-name.ts';
import { trimSigns } from './secret-value.ts';
import * as sign from './signs.ts';
import { skipWhile } from './skip.ts';

const FENCE = '-----';
const MARKERS = ['[app_password]', '[oauth]', '[xoauth2]'];
const LONGEST_MARKER = 14;
const LABEL_GAP = /^[ \t"'`*\\\]?!]{0,7}$/;
const HASH_NAME = /(?:md5|hash|checksum|etag|digest|sha\d*|commit|rev|ref|uuid|guid|(?:^|[_.-])id)$/i;
const ONLY_HEX = /^[\da-f]+$/i;
const DOWNLOAD = /\/api\/v1\/files\/dl\/[\w-]+\.[0-9a-f]+/;

type LineStart = 'blank' | 'star' | 'item' | 'starred' | 'other';

/** Ordinary text: passes it on word by word, masks words that are secrets by themselves, and notices labels. */
export function createTextReader(): Reader {
  // The last word of the line, the one before it, and the signs after each (eight at most)
  let word = '';
  let before = '';
  let glue = '';
  let gap = '';
  let inUrl = false;
  let line: LineStart = 'blank';
  // Whether five dashes stand right before; the words of a "-----BEGIN …" so far
  let fenced = false;
  let header: string | undefined;

  const forget = () => {
    word = '';
    gap = '';
  };

  const read: Reader = (cursor) =>
    sign.isWordSign(cursor.code(cursor.at)) ? readWord(cursor) : readSign(cursor);

  function readWord(cursor: Cursor): Reader | undefined {
    const end = endOfWord(cursor);
    if (end === undefined) return undefined;
    if (end === cursor.at) return readFence(cursor);
    const found = cursor.text.slice(cursor.at, end);
    const shown = showWord(found);
    if (shown === found) cursor.pass(end);
    else cursor.replace(end, shown);
    header = headerAfter(found);
    fenced = false;
    if (line === 'blank') line = found === '-' ? 'item' : 'other';
    else if (line === 'star') line = 'starred';
    before = gap === ' ' ? word : '';
    glue = gap;
    word = found.length > 100 ? found.slice(-100) : found;
    gap = '';
    if (!shown.endsWith(MASK)) return read;
    // The padding of base64, or the rest of a word that was too long to be held
    return skipWhile(found.length < LONGEST_HELD ? isPadding : belongsToKey, read);
  }

  function showWord(found: string): string {
    if (word.length === 6 && /^[ \t]+$/.test(gap) && word.toLowerCase() === 'bearer') {
      const token = trimSigns(found, '.');
      if (token.length >= 15) return MASK + found.slice(token.length);
    }
    if (gap === ':' && /^(?:.*bot)?\d{8,10}$/i.test(word)) {
      const token = /^[\w-]{34,36}(?![\w-])/.exec(found)?.[0];
      if (token !== undefined) return MASK + found.slice(token.length);
    }
    if (gap === ' ' && found.length >= 15 && /\d/.test(found) && secretKind(word === 'is' ? before : word)) {
      const key = trimSigns(found, '.');
      if (looksRandom(key)) return MASK + found.slice(key.length);
    }
    if (inUrl && found.length > 20) {
      const download = DOWNLOAD.exec(found);
      if (download) {
        const rest = download.index + download[0].length;
        return maskWord(found.slice(0, download.index), 40) + download[0] + maskWord(found.slice(rest), 40);
      }
    }
    const assigned = !inUrl && /^=["'`]?$/.test(gap) && !(HASH_NAME.test(word) && ONLY_HEX.test(found));
    return maskWord(found, assigned ? 32 : 40);
  }

  function readFence(cursor: Cursor): Reader {
    cursor.pass(cursor.at + FENCE.length);
    const closes = header !== undefined && /^BEGIN .*PRIVATE KEY(?: BLOCK)?$/.test(header);
    fenced = true;
    header = undefined;
    line = 'other';
    forget();
    return closes ? readPemBody(read) : read;
  }

  function headerAfter(found: string): string | undefined {
    if (fenced) return found === 'BEGIN' ? found : undefined;
    return header === undefined || header.length > 60 ? undefined : `${header} ${found}`;
  }

  function readSign(cursor: Cursor): Reader | undefined {
    const code = cursor.code(cursor.at);
    switch (code) {
      case sign.COLON:
        return readColon(cursor);
      case sign.EQUALS:
        return readSeparator(cursor, code);
      case sign.BRACKET:
        return readBracket(cursor);
      case sign.NEWLINE:
      case sign.RETURN:
        forget();
        line = 'blank';
        break;
      default:
        note(cursor.text.charAt(cursor.at));
    }
    if (code !== sign.SPACE) {
      header = undefined;
      fenced = false;
    }
    if (sign.endsAddress(code)) inUrl = false;
    const flag = code === sign.SPACE && gap === ' ' && word.startsWith('--');
    cursor.pass(cursor.at + 1);
    return flag ? (labelled(true, false) ?? read) : read;
  }

  function note(found: string): void {
    if (gap.length < 8) gap += found;
    if (line === 'star' && (found === ' ' || found === '*')) line = found === ' ' ? 'item' : 'other';
    else if (line === 'blank' && found !== ' ' && found !== '\t') {
      line = found === '*' ? 'star' : found === '•' ? 'item' : 'other';
    }
  }

  function readColon(cursor: Cursor): Reader | undefined {
    const { at, text } = cursor;
    if (cursor.lacks(2) || (text[at + 1] === '/' && cursor.lacks(3))) return undefined;
    if (gap === '' && word !== '') {
      if (text.startsWith('//', at + 1)) {
        inUrl = /https?$/i.test(word);
        forget();
        cursor.pass(at + 3);
        return readAuthority(read);
      }
      if (glue === '@' && secretKind(word) === undefined && !sign.isBlank(cursor.code(at + 1))) {
        forget();
        cursor.pass(at + 1);
        return readMailPassword(read);
      }
    }
    if (cursor.code(at + 1) === sign.COLON) {
      forget();
      cursor.pass(at + 2);
      return read;
    }
    return readSeparator(cursor, sign.COLON);
  }

  function readSeparator(cursor: Cursor, code: number): Reader {
    const equals = code === sign.EQUALS;
    cursor.pass(cursor.at + 1);
    const spaced = gap.includes(' ');
    const next = LABEL_GAP.test(gap) ? labelled(spaced, equals) : undefined;
    if (next) return next;
    note(equals ? '=' : ':');
    return read;
  }

  function labelled(doubtful: boolean, equals: boolean): Reader | undefined {
    const kind = word === '' ? undefined : secretKind(word, before);
    if (!kind) return undefined;
    const label = { name: word, kind, doubtful };
    const starred = line === 'starred' && gap.startsWith('*') && kind !== 'key' && kind !== 'digits';
    forget();
    const rest = starred ? 'value' : line === 'item' ? 'item' : undefined;
    return readAfterLabel(label, { equals, line: rest, back: read });
  }

  function readBracket(cursor: Cursor): Reader | undefined {
    if (cursor.lacks(2)) return undefined;
    const marked = sign.startsMarker(cursor.code(cursor.at + 1)) ? findMarker(cursor) : 0;
    if (marked === undefined) return undefined;
    forget();
    inUrl = false;
    if (line === 'blank') line = 'other';
    if (marked > 0) cursor.replace(cursor.at + marked, '[****]');
    else cursor.pass(cursor.at + 1);
    return read;
  }

  return read;
}

const isPadding = (code: number): boolean => code === sign.EQUALS;
const belongsToKey = (code: number): boolean => isPadding(code) || sign.isWordSign(code);

/** The length of the marker at the cursor, 0 if there is none, undefined if there may be one. */
function findMarker(cursor: Cursor): number | undefined {
  const window = cursor.text.slice(cursor.at, cursor.at + LONGEST_MARKER).toLowerCase();
  const marker = MARKERS.find((marker) => window.startsWith(marker));
  if (marker !== undefined) return marker.length;
  return !cursor.final && MARKERS.some((marker) => marker.startsWith(window)) ? undefined : 0;
}

/** Where the word at the cursor ends, or undefined if that is not known yet. Five dashes end it, or stand alone. */
function endOfWord(cursor: Cursor): number | undefined {
  const { text } = cursor;
  let end = cursor.open;
  while (end < text.length && end - cursor.at < LONGEST_HELD && sign.isWordSign(cursor.code(end))) {
    if (cursor.code(end) === sign.DASH) {
      if (text.startsWith(FENCE, end)) return end;
      const maybeFence = text.length - end < FENCE.length && FENCE.startsWith(text.slice(end));
      if (maybeFence && cursor.wait(end)) return undefined;
    }
    end += 1;
  }
  return end === text.length && cursor.wait(end) ? undefined : end;
}
