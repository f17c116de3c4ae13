import { endOfKnownKey, findCutKey } from './known-key.ts';
import { MASK } from './mask.ts';
import { isHash, isSecretRun } from './random-run.ts';

/**
 * Masks what is a secret by its own looks in a word of `[A-Za-z0-9_./+-]`: keys of known make, already shortened
 * ones, and random runs of `least` characters or more. Linear in the word's length.
 */
export function maskWord(word: string, least: number): string {
  if (word.length < 8 || /^sha\d{1,3}-/.test(word)) return word;
  const cut = findCutKey(word);
  if (cut) return maskKeys(word.slice(0, cut.from), least) + MASK + maskKeys(word.slice(cut.to), least);
  return maskKeys(word, least);
}

function maskKeys(word: string, least: number): string {
  let masked = '';
  let from = 0;
  let inside = false;
  for (let i = 0; i < word.length; i += 1) {
    const alphanumeric = isAlphanumeric(word.charCodeAt(i));
    if (alphanumeric && !inside) {
      const end = endOfKnownKey(word, i);
      if (end > i) {
        masked += maskRuns(word.slice(from, i), least) + MASK;
        from = end;
        i = end - 1;
      }
    }
    inside = alphanumeric;
  }
  return masked + maskRuns(word.slice(from), least);
}

function maskRuns(text: string, least: number): string {
  if (text.length < least) return text;
  return text
    .split('.')
    .map((part) => (part.length < least ? part : maskRun(part, least)))
    .join('.');
}

/** Base64 has slashes too, but few of its pieces are plain words; a path is looked at piece by piece. */
function maskRun(part: string, least: number): string {
  if (!part.includes('/')) return isSecretRun(part, least) ? MASK : part;
  const pieces = part.split('/');
  const plain = pieces.filter((piece) => /^(?:[A-Z]?[a-z]{2,}|[A-Z]{3,})$/.test(piece)).length;
  const path = plain * 4 >= pieces.length || pieces.some(isHash);
  if (!path && isSecretRun(part, least)) return MASK;
  return pieces.map((piece) => (isSecretRun(piece, least) ? MASK : piece)).join('/');
}

const isAlphanumeric = (code: number): boolean =>
  (code >= 48 && code <= 57) || ((code | 32) >= 97 && (code | 32) <= 122);
