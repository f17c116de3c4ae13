import type { Reader } from './cursor.ts';

/** Leaves out what belongs to the secret that was just masked, up to the first other character. */
export function skipWhile(belongs: (code: number) => boolean, back: Reader): Reader {
  const skip: Reader = (cursor) => {
    let end = cursor.at;
    while (end < cursor.text.length && belongs(cursor.code(end))) end += 1;
    cursor.drop(end);
    return end < cursor.text.length ? back : skip;
  };
  return skip;
}
