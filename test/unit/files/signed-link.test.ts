import { expect, test } from 'vitest';
import { openLink, signLink } from '#files/signed-link.ts';

// Made with Python's hmac: the key of API_KEY `test-api-key`, the payload as compact JSON, in UTF-8 and in ASCII.
const key = Uint8Array.from(
  Buffer.from('742dda10c8a381a81efa3503005d1a9eea281fc134977e1d6d275a3cb6bebeb6', 'hex'),
);
const payload = { u: 'tester', c: '0b7c', p: '0b7c/output/Résumé.pdf', x: 1_790_000_000, n: 'a1b2c3' };
const token =
  'eyJ1IjoidGVzdGVyIiwiYyI6IjBiN2MiLCJwIjoiMGI3Yy9vdXRwdXQvUsOpc3Vtw6kucGRmIiwieCI6MTc5MDAwMDAwMCwibiI6ImExYjJjMyJ9.afa8b2598c322b3c9937c7bb4137aa241bb97fc179e417e1fbccc5feabd998b8';
const asciiToken =
  'eyJ1IjoidGVzdGVyIiwiYyI6IjBiN2MiLCJwIjoiMGI3Yy9vdXRwdXQvUlx1MDBlOXN1bVx1MDBlOS5wZGYiLCJ4IjoxNzkwMDAwMDAwLCJuIjoiYTFiMmMzIn0.29bdf03dd5dd64c9db28b019dadabb07471ceb443b0da3b263dfed20c56e36c3';
const before = 1_789_999_999_999;

test('signs as other programs do', async () => {
  expect(await signLink(payload, key)).toBe(token);
});

test.each([
  { name: 'our own', given: token },
  { name: 'with escaped letters', given: asciiToken },
])('opens a link: $name', async ({ given }) => {
  expect(await openLink(given, key, before)).toEqual(payload);
});

const sign = (change: object) => signLink({ ...payload, ...change }, key);
const [body = '', signature = ''] = token.split('.');

test.each([
  { name: 'expired, to the second', given: token, now: 1_790_000_000_000 },
  {
    name: 'other key',
    given: await signLink(
      payload,
      key.map((byte) => byte ^ 1),
    ),
  },
  { name: 'changed payload', given: `f${body.slice(1)}.${signature}` },
  { name: 'changed signature', given: `${body}.${signature.slice(0, -1)}9` },
  { name: 'signature in capitals', given: `${body}.${signature.toUpperCase()}` },
  { name: 'short signature', given: `${body}.${signature.slice(0, 32)}` },
  { name: 'no signature', given: body },
  { name: 'padded', given: `${body}=.${signature}` },
  { name: 'two dots', given: `x.${token}` },
  { name: 'empty', given: '' },
  { name: 'path of another workspace', given: await sign({ p: 'other/output/a.txt' }) },
  { name: 'path that only begins like the workspace', given: await sign({ p: '0b7cd/output/a.txt' }) },
  { name: 'no user', given: await sign({ u: '' }) },
  { name: 'workspace that is no id', given: await sign({ c: '../x', p: '../x/output/a.txt' }) },
  { name: 'expiry that is no number', given: await sign({ x: '9999999999' }) },
])('refused: $name', async ({ given, now = before }) => {
  expect(await openLink(given, key, now)).toBeNull();
});
