import { z } from 'zod';
import { hmacSha256, isHmacSha256, toBase64Url, toHex } from '#lib/hash.ts';

/**
 * A download link that needs no sign-in: `<base64url of JSON>.<hex HMAC-SHA256 of that base64url text>`. Other programs
 * make and recognise such links, so the form is a wire format.
 */
const LinkPayload = z.object({
  /** User name. */
  u: z.string().min(1),
  /** Id of the workspace, which is the session's. */
  c: z.string().regex(/^[A-Za-z0-9_-]{1,128}$/),
  /** Path in the user's files: begins with the workspace's id and a slash. */
  p: z.string(),
  /** Seconds since 1970 from which on the link is dead. */
  x: z.number().int(),
  /** Six hex digits that make two links to one file differ. */
  n: z.string(),
});
export type LinkPayload = z.infer<typeof LinkPayload>;

/** The token of a link. `key` is the file signing key of the accounts. */
export async function signLink({ u, c, p, x, n }: LinkPayload, key: Uint8Array): Promise<string> {
  const payload = toBase64Url(new TextEncoder().encode(JSON.stringify({ u, c, p, x, n })));
  return `${payload}.${toHex(await hmacSha256(key, payload))}`;
}

/**
 * What a token allows, or null when anything is wrong with it: which of the checks failed is nobody's business.
 * `now` in milliseconds since 1970. The signature is compared in constant time.
 */
export async function openLink(token: string, key: Uint8Array, now: number): Promise<LinkPayload | null> {
  const [, payload, hex] = /^([A-Za-z0-9_-]+)\.([0-9a-f]{64})$/.exec(token) ?? [];
  if (payload === undefined || hex === undefined) return null;
  if (!(await isHmacSha256(hex, key, payload))) return null;

  const link = LinkPayload.safeParse(parseJson(fromBase64Url(payload)));
  if (!link.success || now >= link.data.x * 1000) return null;
  return link.data.p.startsWith(`${link.data.c}/`) ? link.data : null;
}

const fromBase64Url = (text: string) =>
  new TextDecoder().decode(
    Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0)),
  );

/** Signed by us, and still from outside: another program may have made the payload. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
