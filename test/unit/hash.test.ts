import { createHash, createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { hmacSha256, isHmacSha256, isSameSecret, sha256, sha256Hex, toBase64Url, toHex } from '#lib/hash.ts';

const bytes = new Uint8Array([0, 1, 250, 251, 255]);

test.each(['', 'abc', 'größe 🔑', bytes])('agrees with another implementation: %s', async (data) => {
  const hash = createHash('sha256').update(data).digest();
  expect([await sha256Hex(data), toHex(await sha256(data)), toBase64Url(await sha256(data))]).toEqual([
    hash.toString('hex'),
    hash.toString('hex'),
    hash.toString('base64url'),
  ]);
  const mac = createHmac('sha256', 'key').update(data).digest('hex');
  expect(toHex(await hmacSha256('key', data))).toBe(mac);
  expect([
    await isHmacSha256(mac, 'key', data),
    await isHmacSha256(mac.toUpperCase(), 'key', data),
    await isHmacSha256(mac, 'other', data),
    await isHmacSha256(mac, '', data),
    await isHmacSha256(mac.slice(2), 'key', data),
    await isHmacSha256(`${mac.slice(2)}zz`, 'key', data),
  ]).toEqual([true, true, false, false, false, false]);
});

const long = 'long'.repeat(50);

test.each([
  { given: 'abc', expected: 'abc', same: true },
  { given: long, expected: long, same: true },
  { given: 'abd', expected: 'abc', same: false },
  { given: 'abcd', expected: 'abc', same: false },
  { given: 'abc\u0000', expected: 'abc', same: false },
  { given: '', expected: 'abc', same: false },
  { given: 'abc', expected: '', same: false },
  { given: '', expected: '', same: false },
])('$given against $expected is the same secret: $same', async ({ given, expected, same }) => {
  expect(await isSameSecret(given, expected)).toBe(same);
});
