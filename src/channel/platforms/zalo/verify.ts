import { z } from 'zod';
import type { WebhookRequest } from '#channel/platform.ts';
import { isSameSecret, sha256Hex } from '#lib/hash.ts';

/** Zalo tries for less than that; a copy of an event that comes later is a replay. */
const OLDEST_MS = 24 * 60 * 60 * 1000;
const MOST_AHEAD_MS = 10 * 60 * 1000;

const utf8 = new TextEncoder();

const Signed = z.object({
  app_id: z.string().catch(''),
  timestamp: z.union([z.string(), z.number()]).transform(String).catch(''),
});

export interface VerifyOptions {
  readonly appId: string | undefined;
  /** The Official Account's secret key, which is not the app's secret. */
  readonly secretKey: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * Whether an event comes from Zalo: https://developers.zalo.me/docs/official-account/webhook/tong-quan. The console
 * tries the address with an empty object and without a signature, and wants a yes; there is nothing in it to be done.
 */
export async function verifyEvent(
  { body, headers }: Pick<WebhookRequest, 'body' | 'headers'>,
  { appId, secretKey, now }: VerifyOptions,
): Promise<boolean> {
  const header = headers['x-zevent-signature'];
  if (header === undefined) return isProbe(body);
  const hex = /^(?:mac=)?([0-9a-f]{64})$/i.exec(header)?.[1];
  if (hex === undefined) return false;
  const event = readSigned(body);
  const mac = await eventMac(body, appId ?? event.app_id, event.timestamp, secretKey);
  return (await isSameSecret(hex.toLowerCase(), mac)) && isFresh(event.timestamp, now);
}

/** Hexadecimal SHA-256, no HMAC, of app id, body, timestamp and key in a row. */
async function eventMac(
  body: Uint8Array,
  appId: string,
  timestamp: string,
  secretKey: string,
): Promise<string> {
  const parts = [utf8.encode(appId), body, utf8.encode(timestamp), utf8.encode(secretKey)];
  return sha256Hex(await new Blob(parts.map((part) => new Uint8Array(part))).bytes());
}

/** An event without a time is none that is acted on. */
function isFresh(timestamp: string, now: number): boolean {
  if (!/^\d+$/.test(timestamp)) return timestamp === '';
  const at = Number(timestamp);
  return at > now - OLDEST_MS && at < now + MOST_AHEAD_MS;
}

const isProbe = (body: Uint8Array): boolean => /^\s*(?:\{\s*\}\s*)?$/.test(new TextDecoder().decode(body));

function readSigned(body: Uint8Array): z.infer<typeof Signed> {
  const nothing = { app_id: '', timestamp: '' };
  try {
    return Signed.safeParse(JSON.parse(new TextDecoder().decode(body))).data ?? nothing;
  } catch {
    return nothing;
  }
}
