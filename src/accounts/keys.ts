import type { Settings } from '#protocol/settings.ts';

// Other programs derive the same keys from the same `API_KEY` (a front end mints its own tokens), so the
// derivations in this file are a wire format: none of them may change.

const utf8 = new TextEncoder();

/** 64 lowercase hex characters, null where no `API_KEY` is set. Tokens are signed with the UTF-8 bytes of this text. */
export async function jwtSecret(settings: Pick<Settings, 'API_KEY' | 'JWT_SALT'>): Promise<string | null> {
  if (settings.API_KEY === undefined) return null;
  return toHex(await hmacSha256(utf8.encode(settings.JWT_SALT), settings.API_KEY));
}

/** The 32 bytes that sign download links, null where no `API_KEY` is set. */
export async function fileSigningKey(
  settings: Pick<Settings, 'API_KEY' | 'JWT_SALT'>,
): Promise<Uint8Array | null> {
  const secret = await jwtSecret(settings);
  return secret === null ? null : hmacSha256(utf8.encode('file-download-v1'), secret);
}

/** The 32 bytes that encrypt what users may do at other services, null where no `API_KEY` is set. */
export async function signInKey(
  settings: Pick<Settings, 'API_KEY' | 'JWT_SALT'>,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const secret = await jwtSecret(settings);
  return secret === null ? null : hmacSha256(utf8.encode('sign-ins-v1'), secret);
}

/** The `user_id` of tokens that stand for the API key itself and for no person. */
export async function apiKeyUserId(apiKey: string): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', utf8.encode(apiKey)))).slice(0, 32);
}

/** Compares without telling by its duration where the texts differ: both are hashed to one length first. */
export async function sameSecret(given: string, expected: string): Promise<boolean> {
  const [one, other] = await Promise.all([
    crypto.subtle.digest('SHA-256', utf8.encode(given)),
    crypto.subtle.digest('SHA-256', utf8.encode(expected)),
  ]);
  return crypto.subtle.timingSafeEqual(one, other);
}

async function hmacSha256(key: Uint8Array, message: string): Promise<Uint8Array<ArrayBuffer>> {
  const imported = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
  ]);
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, utf8.encode(message)));
}

const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
