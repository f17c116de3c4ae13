import type { Cursor, Reader } from './cursor.ts';
import { maskWord } from './mask-word.ts';
import { startsOrdinary } from './secret-value.ts';
import * as sign from './signs.ts';

const LONGEST_AUTHORITY = 1024;
/** How far a password with a slash in it is looked for in `scheme://user:pass/word@host`. */
const LONGEST_SLASHED = 64;
// A marker, or the name of a secret: what follows that belongs to it, so the user is masked with the password
const LABELLED = /[[=]/;
const WORDS = /[\w.+-]+/g;

/** Behind `scheme://`: masks the password of `user:password@host`, and a key that stands for the user. */
export function readAuthority(back: Reader): Reader {
  // Set once a slash came after "name:something" that is no port: it may belong to a password
  let slashed = false;
  return (cursor) => {
    const longest = cursor.at + LONGEST_AUTHORITY;
    let end = cursor.open;
    for (; end < cursor.text.length && end < longest; end += 1) {
      const code = cursor.code(end);
      if (sign.endsAddress(code)) break;
      if (slashed && (code === sign.AT || code === sign.COLON || end - cursor.at > LONGEST_SLASHED)) break;
      if (sign.endsHost(code) && !slashed) {
        slashed = /^[^@]*:(?!\d*$)[^@]*$/.test(cursor.text.slice(cursor.at, end));
        if (!slashed) break;
      }
    }
    if (end === cursor.text.length && end < longest && cursor.wait(end)) return undefined;
    const stop = slashed && cursor.code(end) === sign.AT ? end + 1 : end;
    maskBetween(cursor, cursor.text.slice(cursor.at, stop));
    return back;
  };
}

function maskBetween(cursor: Cursor, authority: string): void {
  const colon = authority.indexOf(':');
  const at = authority.lastIndexOf('@');
  if (colon === -1 || at <= colon + 1) return;
  const start = cursor.at;
  if (isPlaceholder(authority.slice(colon + 1, at))) return;
  const user = authority.slice(0, colon);
  if (LABELLED.test(user)) {
    cursor.mask(start + at);
    return;
  }
  const shown = user.replaceAll(WORDS, (word) => maskWord(word, 40));
  if (shown !== user) cursor.replace(start + colon, shown);
  cursor.pass(start + colon + 1);
  cursor.mask(start + at);
}

/** Behind `user@host:`: masks a password that an `@` closes. */
export function readMailPassword(back: Reader): Reader {
  return (cursor) => {
    const longest = cursor.at + LONGEST_SLASHED;
    let end = cursor.open;
    while (end < cursor.text.length && end < longest) {
      const code = cursor.code(end);
      if (code === sign.AT || sign.endsToken(code) || sign.endsHost(code)) break;
      end += 1;
    }
    if (end === cursor.text.length && end < longest && cursor.wait(end)) return undefined;
    const found = cursor.code(end) === sign.AT && end > cursor.at;
    if (found && !isPlaceholder(cursor.text.slice(cursor.at, end))) cursor.mask(end);
    return back;
  };
}

const isPlaceholder = (value: string): boolean =>
  startsOrdinary(value.slice(0, 8), 'password') || /^\$[A-Za-z_]\w*$/.test(value);
