import { exports } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { claimsOf, mintToken, newUser, origin, send, sendBare } from '../../support/workers/accounts.ts';

const answer = async (response: Response) => ({ status: response.status, body: await response.json() });
const failed = (error: string) => ({
  status: 200,
  body: { success: false, token: null, refresh_token: null, user: null, error },
});
const Tokens = z.object({ access_token: z.string(), refresh_token: z.string() });

test('login needs no key and gives tokens that work', async () => {
  const user = await newUser();
  const response = await exports.default.fetch(`${origin}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username: user.username, password: user.password, remember: true }),
  });
  const body = z.record(z.string(), z.unknown()).parse(await response.json());
  expect([response.status, body]).toEqual([
    200,
    {
      success: true,
      token: expect.any(String),
      refresh_token: expect.any(String),
      user: user.user,
      error: null,
    },
  ]);
  const me = await send('GET', '/api/v1/auth/me', { token: String(body['token']) });
  expect(await answer(me)).toEqual({ status: 200, body: user.user });
});

test('a failed login is 200 and says no more than that', async () => {
  const user = await newUser();
  const login = async (username: string, password: string) =>
    answer(await send('POST', '/api/v1/auth/login', { body: { username, password } }));
  const expected = failed('Invalid username or password');
  expect([await login(user.username, 'wrong'), await login('nobody-here', 'x')]).toEqual([
    expected,
    expected,
  ]);
});

test('the eleventh login in a row has to wait', async () => {
  const user = await newUser();
  const headers = { 'CF-Connecting-IP': '198.51.100.7' };
  const login = async (password: string) =>
    answer(
      await send('POST', '/api/v1/auth/login', { headers, body: { username: user.username, password } }),
    );
  for (let n = 0; n < 10; n++) await login('wrong');
  expect(await login(user.password)).toEqual(failed('Too many attempts. Try again in 15 minutes.'));
});

const missing = (field: string) => ({ type: 'missing', loc: ['body', field], msg: 'Field required' });

test.each([
  { name: 'nothing in it', body: '{}', detail: [missing('username'), missing('password')] },
  { name: 'one field', body: '{"username":"a"}', detail: [missing('password')] },
  {
    name: 'a number as password',
    body: '{"username":"a","password":7}',
    detail: [
      {
        type: 'string_type',
        loc: ['body', 'password'],
        msg: 'Invalid input: expected string, received number',
      },
    ],
  },
  {
    name: 'null as password',
    body: '{"username":"a","password":null}',
    detail: [
      {
        type: 'string_type',
        loc: ['body', 'password'],
        msg: 'Invalid input: expected string, received null',
      },
    ],
  },
  {
    name: 'a list',
    body: '[]',
    detail: [{ type: 'object_type', loc: ['body'], msg: 'Invalid input: expected object, received array' }],
  },
  {
    name: 'cut short',
    body: '{"username":',
    detail: [{ type: 'json_invalid', loc: ['body', 0], msg: 'JSON decode error' }],
  },
  {
    name: 'no JSON',
    body: '{"a": x}',
    detail: [{ type: 'json_invalid', loc: ['body', 0], msg: 'JSON decode error' }],
  },
  { name: 'empty', body: '', detail: [{ type: 'json_invalid', loc: ['body', 0], msg: 'JSON decode error' }] },
])('a login body with $name is 422', async ({ body, detail }) => {
  const response = await exports.default.fetch(`${origin}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body,
  });
  expect(await answer(response)).toEqual({ status: 422, body: { detail } });
});

test('a body of another kind is refused, and none at all is missing its fields', async () => {
  const post = (init: RequestInit) =>
    exports.default.fetch(`${origin}/api/v1/auth/login`, { method: 'POST', ...init });
  const form = await post({ body: new URLSearchParams({ username: 'a', password: 'b' }) });
  expect(await answer(form)).toEqual({
    status: 415,
    body: { detail: 'Unsupported Media Type: send the body with its content type' },
  });
  expect(await answer(await post({}))).toEqual({
    status: 422,
    body: { detail: [missing('username'), missing('password')] },
  });
});

test('a body larger than any sign-in needs is refused before it is read', async () => {
  const body = { username: 'a', password: 'x'.repeat(65 * 1024) };
  expect(await answer(await send('POST', '/api/v1/auth/login', { body }))).toEqual({
    status: 413,
    body: { detail: 'The body is larger than 65536 bytes' },
  });
});

test('the API key buys tokens that stand for no person', async () => {
  const response = await send('POST', '/api/v1/auth/ws-token', { body: { api_key: 'test-api-key' } });
  const body = await response.json();
  expect([response.status, body]).toEqual([
    200,
    {
      access_token: expect.any(String),
      refresh_token: expect.any(String),
      token_type: 'bearer',
      expires_in: 1800,
      user_id: '4c806362b613f7496abf284146efd31d',
    },
  ]);
  const { access_token, refresh_token } = Tokens.parse(body);
  expect([claimsOf(access_token), claimsOf(refresh_token)]).toMatchObject([
    { type: 'access', sub: '4c806362b613f7496abf284146efd31d' },
    { type: 'refresh', sub: '4c806362b613f7496abf284146efd31d' },
  ]);
  expect(claimsOf(access_token)).not.toHaveProperty('username');
});

test('a wrong API key buys nothing', async () => {
  const response = await send('POST', '/api/v1/auth/ws-token', { body: { api_key: 'wrong' } });
  expect(await answer(response)).toEqual({ status: 401, body: { detail: 'Invalid API key' } });
});

const refresh = (refresh_token: string) =>
  send('POST', '/api/v1/auth/ws-token-refresh', { body: { refresh_token } });
const refused = { status: 401, body: { detail: 'Invalid or expired refresh token' } };

test('a refresh token is good for one pair, for the key and for a user', async () => {
  const user = await newUser();
  const first = await answer(await refresh(user.refresh));
  const { access_token } = Tokens.parse(first.body);
  expect(first).toMatchObject({
    status: 200,
    body: { token_type: 'bearer', expires_in: 1800, user_id: user.id },
  });
  expect(await answer(await refresh(user.refresh))).toEqual(refused);
  expect((await send('GET', '/api/v1/auth/me', { token: access_token })).status).toBe(200);

  const ofKey = await mintToken({ type: 'refresh', sub: 'key' });
  expect(await answer(await refresh(ofKey))).toMatchObject({ status: 200, body: { user_id: 'key' } });
  expect(await answer(await refresh(ofKey))).toEqual(refused);
});

test('an access token refreshes nothing', async () => {
  const user = await newUser();
  expect([await answer(await refresh(user.token)), await answer(await refresh('nonsense'))]).toEqual([
    refused,
    refused,
  ]);
});

test.each([
  { name: 'with the refresh token', body: (token: string) => ({ refresh_token: token }), refreshed: 401 },
  { name: 'without a body', body: () => undefined, refreshed: 200 },
  { name: 'with a body of another shape', body: () => ['x'], refreshed: 200 },
])('logout ends the token it came with, $name', async ({ body, refreshed }) => {
  const user = await newUser();
  const sent = body(user.refresh);
  const logout = await send('POST', '/api/v1/auth/logout', {
    token: user.token,
    ...(sent !== undefined && { body: sent }),
  });
  expect(await answer(logout)).toEqual({
    status: 200,
    body: { success: true, message: 'Logged out successfully' },
  });
  expect((await send('GET', '/api/v1/auth/me', { token: user.token })).status).toBe(401);
  expect((await refresh(user.refresh)).status).toBe(refreshed);
});

test('logout without any token is no error', async () => {
  expect((await send('POST', '/api/v1/auth/logout')).status).toBe(200);
});

test('me tells who the token speaks for', async () => {
  const user = await newUser();
  expect([
    await answer(await send('GET', '/api/v1/auth/me', { token: user.token })),
    await answer(await send('GET', '/api/v1/auth/me')),
    await answer(await sendBare('GET', '/api/v1/auth/me')),
  ]).toEqual([
    { status: 200, body: user.user },
    { status: 401, body: { detail: 'Not authenticated' } },
    { status: 401, body: { detail: 'Invalid or missing API key' } },
  ]);
});
