import { MASK } from './mask.ts';
import { redact } from './redact.ts';
import { secretKind } from './secret-name.ts';

const DEEPEST = 50;

/**
 * Redacts every string in a JSON value; one under a key that names a secret is masked whole, and what lies deeper
 * than 50 levels is left out for the mask. Contract: the value given is never changed, and what holds no secret is
 * returned as it is (the bytes of base64 media always are): the result is the very same object exactly if nothing was masked.
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
  const shown = entries.map(([key, item]): [string, unknown] => [
    key,
    shownAt({ key, item, isMedia: 'type' in value && value.type === 'base64' }, depth + 1),
  ]);
  return shown.every(([, item], index) => item === entries[index]?.[1]) ? value : Object.fromEntries(shown);
}

function shownAt(
  { key, item, isMedia }: { key: string; item: unknown; isMedia: boolean },
  depth: number,
): unknown {
  // The bytes of an image look like one long secret
  if (isMedia && key === 'data') return item;
  return typeof item === 'string' && item !== '' && isSecretKey(key) ? MASK : redactAt(item, depth);
}

function isSecretKey(key: string): boolean {
  const kind = secretKind(key.replaceAll(/[./+\s]/g, '_'));
  return kind === 'password' || kind === 'token';
}
