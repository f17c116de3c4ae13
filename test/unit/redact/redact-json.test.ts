import { expect, test } from 'vitest';
import { redactJson } from '#lib/redact/redact-json.ts';

const M = '***REDACTED***';

const keys =
  'password passwd app_password api_key apikey access_token refresh_token token secret private_key auth_token session_token bearer_token authorization client_secret oauth_token oauth_token_secret Password apiKey X-Api-Key API_KEY db.password'.split(
    ' ',
  );

const filler = 'aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zA';

function nested(depth: number, leaf: unknown): unknown {
  let value = leaf;
  for (let i = 0; i < depth; i += 1) value = { inner: value };
  return value;
}

test.each([
  { name: 'a string', value: 'password: hunter2', shown: `password: ${M}` },
  { name: 'strings in lists', value: ['a', ['Bearer abcdefghijklmnop']], shown: ['a', [`Bearer ${M}`]] },
  {
    name: 'strings under any key',
    value: { text: 'FOO_TOKEN=abc', n: 1 },
    shown: { text: `FOO_TOKEN=${M}`, n: 1 },
  },
  ...keys.map((key) => ({ name: `the value of ${key}`, value: { [key]: 'two words' }, shown: { [key]: M } })),
  { name: 'deep inside', value: { a: [{ b: { token: 'x' } }] }, shown: { a: [{ b: { token: M } }] } },
  {
    name: 'a key that is a secret',
    value: { [`sk-ant-${filler}`]: 1, 'FOO_TOKEN=abc': 2 },
    shown: { [M]: 1, [`FOO_TOKEN=${M}`]: 2 },
  },
  {
    name: 'keys that look alike then, each by itself',
    value: { [`sk-ant-${filler}`]: 1, [M]: 2, [`${M} 2`]: 3, [`ghp_${filler}`]: 4 },
    shown: { [`${M} 3`]: 1, [M]: 2, [`${M} 2`]: 3, [`${M} 4`]: 4 },
  },
  {
    name: 'what only calls itself base64',
    value: { type: 'base64', data: `sk-ant-${filler}` },
    shown: { type: 'base64', data: M },
  },
  {
    name: 'base64 of a text',
    value: { type: 'base64', media_type: 'text/plain', data: `sk-ant-${filler}` },
    shown: { type: 'base64', media_type: 'text/plain', data: M },
  },
  { name: 'beyond 50 levels', value: nested(60, 'x'), shown: nested(50, M) },
])('masks $name', ({ value, shown }) => {
  const before = structuredClone(value);
  expect(redactJson(value)).toEqual(shown);
  expect(value).toEqual(before);
});

test.each([
  { name: 'numbers and null', value: { a: 1, token: null, secret: 5, password: '', b: true, c: undefined } },
  {
    name: 'names and ids',
    value: { client_id: 'abc', token_count: '5', id: 'toolu_01A09q90qw90lq917835lq9' },
  },
  { name: 'an event', value: { type: 'tool_result', content: 'done', is_error: false, key: 'Enter' } },
  { name: 'a usage', value: { usage: { input_tokens: 5, output_tokens: 7 } } },
  ...['image/png', 'image/webp', 'application/pdf'].map((media_type) => ({
    name: `the bytes of ${media_type}`,
    value: { source: { type: 'base64', media_type, data: filler.repeat(2) } },
  })),
  { name: '50 levels', value: nested(49, 'x') },
])('returns $name as they are', ({ value }) => {
  expect(redactJson(value)).toBe(value);
});

test('a key named __proto__ stays a key', () => {
  const value: unknown = JSON.parse('{"__proto__":{"token":"x"},"text":"password: hunter2"}');
  expect(JSON.stringify(redactJson(value))).toBe(`{"__proto__":{"token":"${M}"},"text":"password: ${M}"}`);
});
