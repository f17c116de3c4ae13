const utf8 = new TextEncoder();

/** Compares in constant time. An empty secret is never the right one. */
export async function isSameSecret(given: string, expected: string): Promise<boolean> {
  if (given === '' || expected === '') return false;
  const message = utf8.encode('same');
  const signature = await crypto.subtle.sign('HMAC', await hmacKey(given, 'sign'), message);
  return crypto.subtle.verify('HMAC', await hmacKey(expected, 'verify'), signature, message);
}

/** Whether `hex` is the HMAC-SHA256 of the bytes, compared in constant time. */
export async function isHmacSha256(hex: string, secret: string, bytes: Uint8Array): Promise<boolean> {
  if (secret === '' || !/^[0-9a-f]{64}$/i.test(hex)) return false;
  const signature = Uint8Array.from({ length: 32 }, (_, index) =>
    Number.parseInt(hex.slice(2 * index, 2 * index + 2), 16),
  );
  return crypto.subtle.verify('HMAC', await hmacKey(secret, 'verify'), signature, new Uint8Array(bytes));
}

const hmacKey = (secret: string, use: 'sign' | 'verify') =>
  crypto.subtle.importKey('raw', utf8.encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, [use]);
