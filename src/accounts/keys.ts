import { hmacSha256, sha256Hex, toHex } from '#lib/hash.ts';
import type { Settings } from '#protocol/settings.ts';

// Other programs derive the same keys from the same `API_KEY` (a front end mints its own tokens), so the
// derivations in this file are a wire format: none of them may change.

/** 64 lowercase hex characters, null where no `API_KEY` is set. Tokens are signed with the UTF-8 bytes of this text. */
export async function jwtSecret(settings: Pick<Settings, 'API_KEY' | 'JWT_SALT'>): Promise<string | null> {
  if (settings.API_KEY === undefined) return null;
  return toHex(await hmacSha256(settings.JWT_SALT, settings.API_KEY));
}

/** The 32 bytes that sign download links, null where no `API_KEY` is set. */
export async function fileSigningKey(
  settings: Pick<Settings, 'API_KEY' | 'JWT_SALT'>,
): Promise<Uint8Array | null> {
  const secret = await jwtSecret(settings);
  return secret === null ? null : hmacSha256('file-download-v1', secret);
}

/** The 32 bytes that encrypt what users may do at other services, null where no `API_KEY` is set. */
export async function signInKey(
  settings: Pick<Settings, 'API_KEY' | 'JWT_SALT'>,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const secret = await jwtSecret(settings);
  return secret === null ? null : hmacSha256('sign-ins-v1', secret);
}

/** The `user_id` of tokens that stand for the API key itself and for no person. */
export async function apiKeyUserId(apiKey: string): Promise<string> {
  return (await sha256Hex(apiKey)).slice(0, 32);
}
