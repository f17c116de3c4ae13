import { MASK } from './mask.ts';
import { redact } from './redact.ts';
import { secretKind } from './secret-name.ts';

const DEEPEST = 50;
// Too short for any secret: nearly every key is, and events are many
const PLAIN_KEY = /^\w{1,14}$/;

/**
 * Redacts every string in a JSON value, keys too; one under a key that names a secret is masked whole, and what lies
 * deeper than 50 levels is left out for the mask. Contract: the value given is never changed, and what holds no secret
 * is returned as it is (the bytes of base64 images and PDFs always are): the result is the very same object exactly if
 * nothing was masked. Keys stay unique: a masked one that would be there twice gets a number.
 */
export function redactJson<T>(value: T): T;
export function redactJson(value: unknown): unknown {
  return redactAt(value, 0);
}

function redactAt(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redact(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEEPEST) return MASK;
  if (Array.isArray(value)) {
    const items: unknown[] = value;
    const shown = items.map((item) => redactAt(item, depth + 1));
    return shown.every((item, index) => item === items[index]) ? value : shown;
  }
  const entries = Object.entries(value);
  const keys = shownKeys(entries.map(([key]) => key));
  const media = isMedia(value);
  const shown = entries.map(([key, item], index): [string, unknown] => [
    keys[index] ?? key,
    // The bytes of an image look like one long secret
    media && key === 'data' ? item : shownAt(key, item, depth + 1),
  ]);
  return shown.every(([key, item], index) => key === entries[index]?.[0] && item === entries[index]?.[1])
    ? value
    : Object.fromEntries(shown);
}

const isMedia = (value: object): boolean =>
  'type' in value &&
  value.type === 'base64' &&
  'media_type' in value &&
  typeof value.media_type === 'string' &&
  /^(?:image\/[\w.+-]+|application\/pdf)$/.test(value.media_type);

function shownKeys(keys: readonly string[]): readonly string[] {
  const shown = keys.map((key) => (PLAIN_KEY.test(key) ? key : redact(key)));
  const taken = new Set(shown.filter((key, index) => key === keys[index]));
  let number = 1;
  return shown.map((key, index) => {
    if (key === keys[index]) return key;
    let free = key;
    while (taken.has(free)) free = `${key} ${(number += 1)}`;
    taken.add(free);
    return free;
  });
}

function shownAt(key: string, item: unknown, depth: number): unknown {
  return typeof item === 'string' && item !== '' && isSecretKey(key) ? MASK : redactAt(item, depth);
}

function isSecretKey(key: string): boolean {
  const kind = secretKind(key.replaceAll(/[./+\s]/g, '_'));
  return kind === 'password' || kind === 'token';
}
