import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { createApp } from '#http/app.ts';
import { API_KEY, origin, sendBare } from '../../support/workers/accounts.ts';

const page = 'https://front.example';
const corsHeaders = (response: Response) =>
  Object.fromEntries([...response.headers].filter(([name]) => name.startsWith('access-control-')));
const reflected = {
  'access-control-allow-origin': page,
  'access-control-allow-credentials': 'true',
};
const exposed = { 'access-control-expose-headers': 'Content-Disposition, Link, X-Next-Cursor' };
const preflight = { Origin: page, 'Access-Control-Request-Method': 'PUT' };

test('a preflight needs no key and allows all methods and headers', async () => {
  const response = await sendBare('OPTIONS', '/api/v1/admin/users/x', {
    ...preflight,
    'Access-Control-Request-Headers': 'content-type,x-api-key',
  });
  expect([response.status, await response.text(), corsHeaders(response)]).toEqual([
    200,
    'OK',
    {
      ...reflected,
      'access-control-allow-methods': 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT',
      'access-control-allow-headers': 'content-type,x-api-key',
      'access-control-max-age': '600',
    },
  ]);
});

test('a preflight that names no headers is told about the key', async () => {
  const response = await sendBare('OPTIONS', '/api/v1/nothing-here', preflight);
  expect([response.status, response.headers.get('access-control-allow-headers')]).toEqual([200, 'X-API-Key']);
});

test.each([
  { name: 'success', path: '/health', headers: {}, status: 200 },
  { name: 'refusal at the door', path: '/api/v1/auth/me', headers: {}, status: 401 },
  { name: 'unknown path', path: '/api/v1/nothing-here', headers: { 'X-API-Key': API_KEY }, status: 404 },
])('the origin is reflected on $name', async ({ path, headers, status }) => {
  const response = await sendBare('GET', path, { Origin: page, ...headers });
  expect([response.status, corsHeaders(response), response.headers.get('vary')]).toEqual([
    status,
    { ...reflected, ...exposed },
    'Origin',
  ]);
});

test('without an origin there is nothing to say', async () => {
  expect(corsHeaders(await sendBare('GET', '/health'))).toEqual({});
});

test('OPTIONS without a wish is a method like any other', async () => {
  expect((await sendBare('OPTIONS', '/health', { Origin: page })).status).toBe(405);
});

test.each([
  { from: 'https://a.example', allowed: true },
  { from: 'https://b.example', allowed: true },
  { from: 'https://c.example', allowed: false },
  { from: 'https://a.example.evil.example', allowed: false },
])('with a list, $from is allowed: $allowed', async ({ from, allowed }) => {
  const listed = { ...env, CORS_ORIGINS: 'https://a.example, https://b.example' };
  const ask = (method: string, path: string) =>
    createApp().request(
      `${origin}${path}`,
      { method, headers: { Origin: from, 'Access-Control-Request-Method': 'GET' } },
      listed,
    );
  const expected = allowed ? from : null;
  const [asked, got] = [await ask('OPTIONS', '/health'), await ask('GET', '/health')];
  expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([
    allowed ? 200 : 400,
    expected,
  ]);
  expect([got.status, got.headers.get('access-control-allow-origin')]).toEqual([200, expected]);
});
