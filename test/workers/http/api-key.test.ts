import { randomUUID } from 'node:crypto';
import { env } from 'cloudflare:workers';
import { beforeAll, expect, test } from 'vitest';
import { changeAccount } from '#accounts/manage-accounts.ts';
import { revokeToken } from '#accounts/revoke-token.ts';
import { createApp } from '#http/app.ts';
import {
  accountDeps,
  API_KEY,
  mintToken,
  newUser,
  origin,
  send,
  sendBare,
} from '../../support/workers/accounts.ts';

const noKey = { status: 401, body: { detail: 'Invalid or missing API key' } };
const noUser = { status: 401, body: { detail: 'User authentication required. Please login first.' } };
const noAdmin = { status: 403, body: { detail: 'Admin access required' } };

const answer = async (response: Response) => ({ status: response.status, body: await response.json() });

/** Open to everyone, or each with a check of its own; everything else needs the key. */
const isPublic = (path: string) =>
  [
    '/',
    '/health',
    '/mcp',
    '/api/v1/auth/login',
    '/api/v1/auth/ws-token',
    '/api/v1/auth/ws-token-refresh',
  ].includes(path) ||
  /^\/api\/v1\/(auth\/page|webhooks|files\/dl|mcp\/oauth|platforms\/zalo\/oauth)\//.test(path);

/** Behind the key, but for no user in particular. */
const needsNoUser = (path: string) =>
  path === '/openapi.json' ||
  // Zalo's verification file
  path === '/x' ||
  path === '/api/v1/ws/chat' ||
  /^\/api\/v1\/(config\/|auth\/|email\/(providers|gmail\/callback|yahoo\/auth-url))/.test(path);

const routes = [
  ...new Map(
    createApp()
      .routes.filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => [`${method} ${path}`, { method, path: path.replaceAll(/:[^/]+/g, 'x') }]),
  ).values(),
];
const guarded = routes.filter(({ path }) => !isPublic(path));
const forUsers = guarded.filter(({ path }) => !needsNoUser(path));
const forAdmins = forUsers.filter(({ path }) => path.startsWith('/api/v1/admin/'));

test('the table knows the routes', () => {
  expect(forAdmins.map(({ method, path }) => `${method} ${path}`)).toEqual(
    expect.arrayContaining(['GET /api/v1/admin/users', 'PUT /api/v1/admin/users/x']),
  );
});

test.each(guarded)('$method $path is closed without the key', async ({ method, path }) => {
  const answers = [
    await answer(await sendBare(method, path)),
    await answer(await sendBare(method, path, { 'X-API-Key': 'wrong' })),
    await answer(await sendBare(method, path, { 'X-API-Key': '' })),
    await answer(await sendBare(method, path, { 'X-API-Key': `${API_KEY} and more` })),
    await answer(await sendBare(method, `${path}?api_key=${API_KEY}&X-API-Key=${API_KEY}`)),
    await answer(await sendBare(method, path, { Authorization: `Bearer ${API_KEY}` })),
  ];
  expect(answers).toEqual(answers.map(() => noKey));
});

let tokens: { name: string; token: string | undefined }[] = [];
let plain: Awaited<ReturnType<typeof newUser>>;
let demoted: Awaited<ReturnType<typeof newUser>>;

beforeAll(async () => {
  const [revoked, disabled] = [await newUser({ role: 'admin' }), await newUser({ role: 'admin' })];
  plain = await newUser();
  demoted = await newUser({ role: 'admin' });
  await revokeToken(revoked.token, accountDeps());
  await changeAccount(disabled.id, { changes: { is_active: false }, self: 'other' }, accountDeps());
  await changeAccount(demoted.id, { changes: { role: 'user' }, self: 'other' }, accountDeps());
  const admin = await newUser({ role: 'admin' });
  const now = Math.floor(Date.now() / 1000);
  tokens = [
    { name: 'no token', token: undefined },
    { name: 'nonsense', token: 'a.b.c' },
    { name: 'refresh token', token: admin.refresh },
    { name: 'revoked', token: revoked.token },
    { name: 'disabled user', token: disabled.token },
    { name: 'unknown user', token: await mintToken({ username: 'nobody-here', role: 'admin' }) },
    { name: 'expired', token: await mintToken({ username: admin.username, exp: now - 120 }) },
    { name: 'API key only', token: await mintToken({ type: 'access' }) },
    { name: 'foreign secret', token: await mintToken({ username: admin.username }, { secret: 'other' }) },
  ];
});

test.each(forUsers)('$method $path is closed without a valid user', async ({ method, path }) => {
  const answers = [];
  for (const { name, token } of tokens) {
    const options = token === undefined ? {} : { token };
    answers.push([name, await answer(await send(method, path, options))]);
  }
  expect(answers).toEqual(tokens.map(({ name }) => [name, noUser]));
});

test.each(forAdmins)('$method $path is closed to those who are no admins now', async ({ method, path }) => {
  const claimed = await mintToken({ username: plain.username, role: 'admin' });
  expect([
    await answer(await send(method, path, { token: plain.token })),
    await answer(await send(method, path, { token: demoted.token })),
    await answer(await send(method, path, { token: claimed })),
  ]).toEqual([noAdmin, noAdmin, noAdmin]);
});

test.each([
  { name: 'X-User-Token', header: (token: string) => ({ 'X-User-Token': token }) },
  { name: 'Authorization', header: (token: string) => ({ Authorization: `Bearer ${token}` }) },
  {
    name: 'authorization in small letters',
    header: (token: string) => ({ authorization: `bearer ${token}` }),
  },
])('a token is read from $name', async ({ header }) => {
  const response = await send('GET', '/api/v1/auth/me', { headers: header(plain.token) });
  expect(await answer(response)).toEqual({ status: 200, body: plain.user });
});

test('a token alone, without the key, opens nothing', async () => {
  expect(await answer(await sendBare('GET', '/api/v1/auth/me', { 'X-User-Token': plain.token }))).toEqual(
    noKey,
  );
});

test.each([
  { name: 'unknown path without key', path: '/api/v1/nothing-here', headers: {}, expected: noKey },
  {
    name: 'unknown path with key',
    path: '/api/v1/nothing-here',
    headers: { 'X-API-Key': API_KEY },
    expected: { status: 404, body: { detail: 'Not Found' } },
  },
  {
    name: 'health',
    path: '/health',
    headers: {},
    expected: { status: 200, body: { status: 'ok', service: 'agent-sdk-api' } },
  },
  {
    name: 'the root, for programs',
    path: '/',
    headers: {},
    expected: { status: 200, body: { status: 'ok', service: null } },
  },
  {
    name: 'a public path with something after it',
    path: '/health/x',
    headers: {},
    expected: noKey,
  },
  { name: 'a public path in other letters', path: '/API/v1/auth/login', headers: {}, expected: noKey },
  {
    name: 'a public prefix left again by dots',
    path: '/api/v1/files/dl/../../admin/users',
    headers: {},
    expected: noKey,
  },
  {
    name: 'a public prefix left again by escaped slashes',
    path: '/api/v1/files/dl/..%2f..%2fadmin/users',
    headers: {},
    expected: { status: 404, body: { detail: 'Not Found' } },
  },
])('$name', async ({ path, headers, expected }) => {
  expect(await answer(await sendBare('GET', path, headers))).toEqual(expected);
});

test('another method on a known path is 405 and names those that work', async () => {
  const response = await send('DELETE', '/api/v1/admin/users');
  expect([response.status, response.headers.get('allow'), await response.json()]).toEqual([
    405,
    'GET, HEAD, POST',
    { detail: 'Method Not Allowed' },
  ]);
});

test.each([
  { path: '/api/v1/auth/me/', to: '/api/v1/auth/me' },
  { path: '/api/v1/auth/me/?a=1&b=%2F', to: '/api/v1/auth/me?a=1&b=%2F' },
])('$path is sent to $to', async ({ path, to }) => {
  const response = await send('GET', path);
  expect([response.status, response.headers.get('location')]).toEqual([307, `${origin}${to}`]);
});

test.each(['/api/v1/nothing-here/', '//elsewhere.test/', '/api/v1/auth/me//'])(
  '%s is not redirected',
  async (path) => {
    expect((await send('GET', path)).status).toBe(404);
  },
);

test('a browser that asks for the root gets the page', async () => {
  const app = createApp();
  const page = {
    fetch: async () => new Response('<!doctype html>', { headers: { 'Content-Type': 'text/html' } }),
  };
  const response = await app.request(
    `${origin}/`,
    { headers: { Accept: 'text/html,*/*' } },
    { ...env, ASSETS: page },
  );
  expect([response.status, await response.text()]).toEqual([200, '<!doctype html>']);
});

test('without a configured key the door is open and nobody is anyone', async () => {
  const keyless = { ...env, API_KEY: '' };
  const ask = async (method: string, path: string, body?: unknown) => {
    const init = {
      method,
      headers: { 'X-API-Key': API_KEY, 'X-User-Token': plain.token, 'Content-Type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    };
    return answer(await createApp().request(`${origin}${path}`, init, keyless));
  };
  const off = { status: 501, body: { detail: 'JWT authentication not configured' } };
  expect([
    await ask('GET', '/api/v1/admin/users'),
    await ask('GET', '/api/v1/auth/me'),
    await ask('GET', '/api/v1/nothing-here'),
    await ask('POST', '/api/v1/auth/ws-token', { api_key: API_KEY }),
    await ask('POST', '/api/v1/auth/ws-token', { api_key: '' }),
    await ask('POST', '/api/v1/auth/ws-token-refresh', { refresh_token: plain.refresh }),
    await ask('POST', '/api/v1/auth/login', { username: plain.username, password: plain.password }),
  ]).toMatchObject([
    noUser,
    { status: 401, body: { detail: 'Not authenticated' } },
    { status: 404 },
    off,
    off,
    off,
    { status: 200, body: { success: false, token: null, error: 'JWT authentication not configured' } },
  ]);
});

test('a jti of any content is only ever a value', async () => {
  const token = await mintToken({ username: plain.username, jti: `${randomUUID()}'; DROP TABLE user; --` });
  expect((await send('GET', '/api/v1/auth/me', { token })).status).toBe(200);
  expect((await send('GET', '/api/v1/auth/me', { token: plain.token })).status).toBe(200);
});
