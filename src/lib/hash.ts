type Data = string | Uint8Array;

const utf8 = new TextEncoder();
const bytesOf = (data: Data): Uint8Array<ArrayBuffer> =>
  new Uint8Array(typeof data === 'string' ? utf8.encode(data) : data);

/** Of a text its UTF-8. */
export async function sha256(data: Data): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytesOf(data)));
}

/** 64 lowercase digits. */
export const sha256Hex = async (data: Data): Promise<string> => toHex(await sha256(data));

/** The key may not be empty. */
export async function hmacSha256(key: Data, message: Data): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.sign('HMAC', await hmacKey(key, 'sign'), bytesOf(message)));
}

/** Whether `hex` is the HMAC-SHA256 of a message, compared in constant time. With an empty key it never is. */
export async function isHmacSha256(hex: string, key: Data, message: Data): Promise<boolean> {
  if (key.length === 0 || !/^[0-9a-f]{64}$/i.test(hex)) return false;
  const signature = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  return crypto.subtle.verify('HMAC', await hmacKey(key, 'verify'), signature, bytesOf(message));
}

/** Compares without telling by its duration where the texts differ. An empty secret is never the right one. */
export async function isSameSecret(given: string, expected: string): Promise<boolean> {
  if (given === '' || expected === '') return false;
  const key = crypto.getRandomValues(new Uint8Array(32));
  return isHmacSha256(toHex(await hmacSha256(key, given)), key, expected);
}

export const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** Without padding. */
export const toBase64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');

const hmacKey = (key: Data, use: 'sign' | 'verify') =>
  crypto.subtle.importKey('raw', bytesOf(key), { name: 'HMAC', hash: 'SHA-256' }, false, [use]);
