import { exports } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { changeAccount } from '#accounts/manage-accounts.ts';
import { accountDeps, newUser, origin, send } from '../../support/workers/accounts.ts';

const own = { Origin: origin };
const notSignedIn = { status: 401, body: { detail: 'User authentication required. Please login first.' } };
const noKey = { status: 401, body: { detail: 'Invalid or missing API key' } };

const answer = async (response: Response) => ({ status: response.status, body: await response.json() });

function fromPage(
  method: string,
  path: string,
  {
    cookie = '',
    headers = own,
    body,
    at = origin,
  }: {
    cookie?: string;
    headers?: Record<string, string>;
    body?: unknown;
    at?: string;
  } = {},
): Promise<Response> {
  return exports.default.fetch(`${at}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      ...(cookie !== '' && { Cookie: cookie }),
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

/** As a browser would send them back. */
const cookiesOf = (response: Response) =>
  response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0] ?? '')
    .filter((pair) => !pair.endsWith('='))
    .join('; ');

async function signIn(user: { username: string; password: string }) {
  const { username, password } = user;
  const response = await fromPage('POST', '/api/v1/auth/page/login', { body: { username, password } });
  return cookiesOf(response);
}

test('signing in sets cookies that scripts cannot read, and shows no token', async () => {
  const user = await newUser();
  const { username, password } = user;
  const response = await fromPage('POST', '/api/v1/auth/page/login', { body: { username, password } });
  expect(await answer(response)).toEqual({
    status: 200,
    body: { success: true, token: null, refresh_token: null, user: user.user, error: null },
  });
  expect(response.headers.getSetCookie().map((line) => line.replace(/=[^;]+/, '=…'))).toEqual([
    'edgewise_session=…; Max-Age=1800; Path=/; HttpOnly; Secure; SameSite=Strict',
    'edgewise_refresh=…; Max-Age=604800; Path=/api/v1/auth/page; HttpOnly; Secure; SameSite=Strict',
  ]);
});

test.each([
  { at: 'http://localhost:7001', secure: false },
  { at: 'http://127.0.0.1:7001', secure: false },
  { at: 'https://localhost:7001', secure: true },
  { at: 'http://edgewise.test', secure: true },
])('cookies from $at are secure: $secure', async ({ at, secure }) => {
  const { username, password } = await newUser();
  const response = await fromPage('POST', '/api/v1/auth/page/login', {
    at,
    headers: { Origin: at },
    body: { username, password },
  });
  const cookies = response.headers.getSetCookie();
  expect(cookies.map((line) => line.includes('Secure'))).toEqual([secure, secure]);
});

test('a wrong password sets nothing', async () => {
  const { username } = await newUser();
  const response = await fromPage('POST', '/api/v1/auth/page/login', {
    body: { username, password: 'wrong' },
  });
  expect([response.headers.getSetCookie(), await response.json()]).toMatchObject([
    [],
    { success: false, error: 'Invalid username or password' },
  ]);
});

test('the cookie opens both doors: no key is needed behind it', async () => {
  const user = await newUser({ role: 'admin' });
  const cookie = await signIn(user);
  expect(await answer(await fromPage('GET', '/api/v1/auth/page/me', { cookie }))).toEqual({
    status: 200,
    body: user.user,
  });
  const users = await fromPage('GET', '/api/v1/admin/users', { cookie, headers: {} });
  expect(users.status).toBe(200);
  const changed = await fromPage('PUT', `/api/v1/admin/users/${user.id}`, {
    cookie,
    body: { full_name: 'New' },
  });
  expect(await answer(changed)).toEqual({ status: 200, body: { status: 'updated' } });
});

test.each([
  { name: 'own origin', headers: own, writes: true, reads: true },
  {
    name: 'fetch metadata of the page',
    headers: { 'Sec-Fetch-Site': 'same-origin' },
    writes: true,
    reads: true,
  },
  { name: 'a typed address', headers: { 'Sec-Fetch-Site': 'none' }, writes: false, reads: true },
  { name: 'nothing that tells', headers: {}, writes: false, reads: true },
  { name: 'another site', headers: { Origin: 'https://elsewhere.test' }, writes: false, reads: false },
  { name: 'a sibling', headers: { Origin: 'https://evil.edgewise.test' }, writes: false, reads: false },
  {
    name: 'the same host without TLS',
    headers: { Origin: 'http://edgewise.test' },
    writes: false,
    reads: false,
  },
  { name: 'an origin that is hidden', headers: { Origin: 'null' }, writes: false, reads: false },
  { name: 'a link elsewhere', headers: { 'Sec-Fetch-Site': 'cross-site' }, writes: false, reads: false },
  { name: 'a link on a sibling', headers: { 'Sec-Fetch-Site': 'same-site' }, writes: false, reads: false },
  {
    name: 'both, one of them foreign',
    headers: { Origin: 'https://elsewhere.test', 'Sec-Fetch-Site': 'same-origin' },
    writes: false,
    reads: false,
  },
])('a cookie with $name reads: $reads, writes: $writes', async ({ headers, writes, reads }) => {
  const user = await newUser({ role: 'admin' });
  const cookie = await signIn(user);
  const read = await answer(await fromPage('GET', '/api/v1/admin/users', { cookie, headers }));
  expect(reads ? read.status : read).toEqual(reads ? 200 : noKey);
  const body = { full_name: 'Changed' };
  const write = await answer(
    await fromPage('PUT', `/api/v1/admin/users/${user.id}`, { cookie, headers, body }),
  );
  expect(writes ? write.status : write).toEqual(writes ? 200 : noKey);
  const me = await fromPage('GET', '/api/v1/auth/page/me', { cookie, headers });
  expect(me.status).toBe(reads ? 200 : 403);
  const refreshed = await fromPage('POST', '/api/v1/auth/page/refresh', { cookie, headers });
  expect(refreshed.status).toBe(writes ? 200 : 403);
});

test.each(['login', 'refresh', 'logout'])(
  '%s refuses a foreign page before it looks at anything',
  async (path) => {
    const headers = { Origin: 'https://elsewhere.test' };
    const response = await fromPage('POST', `/api/v1/auth/page/${path}`, { headers });
    expect(await answer(response)).toEqual({
      status: 403,
      body: { detail: 'Only the page of this address may sign in by cookie' },
    });
  },
);

test('refreshing goes on for as long as the user exists, and two tabs may do it at once', async () => {
  const user = await newUser();
  let cookie = await signIn(user);
  for (let round = 0; round < 3; round++) {
    const [one, other] = await Promise.all([
      fromPage('POST', '/api/v1/auth/page/refresh', { cookie }),
      fromPage('POST', '/api/v1/auth/page/refresh', { cookie }),
    ]);
    expect([await answer(one), await answer(other)]).toEqual([
      { status: 200, body: user.user },
      { status: 200, body: user.user },
    ]);
    cookie = cookiesOf(other);
    expect((await fromPage('GET', '/api/v1/auth/page/me', { cookie })).status).toBe(200);
  }
  await changeAccount(user.id, { changes: { is_active: false }, self: 'other' }, accountDeps());
  const last = await fromPage('POST', '/api/v1/auth/page/refresh', { cookie });
  expect([await answer(last), cookiesOf(last)]).toEqual([notSignedIn, '']);
});

test('signing out ends both tokens and clears both cookies', async () => {
  const cookie = await signIn(await newUser());
  const response = await fromPage('POST', '/api/v1/auth/page/logout', { cookie });
  expect(response.headers.getSetCookie()).toEqual([
    'edgewise_session=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Strict',
    'edgewise_refresh=; Max-Age=0; Path=/api/v1/auth/page; HttpOnly; Secure; SameSite=Strict',
  ]);
  expect([
    await answer(await fromPage('GET', '/api/v1/auth/page/me', { cookie })),
    await answer(await fromPage('POST', '/api/v1/auth/page/refresh', { cookie })),
    await answer(await fromPage('GET', '/api/v1/auth/me', { cookie })),
  ]).toEqual([notSignedIn, notSignedIn, noKey]);
});

test('without cookies nobody is signed in', async () => {
  expect([
    await answer(await fromPage('GET', '/api/v1/auth/page/me')),
    await answer(await fromPage('POST', '/api/v1/auth/page/refresh')),
    await answer(await fromPage('GET', '/api/v1/auth/page/me', { cookie: 'edgewise_session=nonsense' })),
    await answer(await fromPage('POST', '/api/v1/auth/page/logout')),
  ]).toEqual([
    notSignedIn,
    notSignedIn,
    notSignedIn,
    { status: 200, body: { success: true, message: 'Logged out successfully' } },
  ]);
});

test('a refresh token in the session cookie is no session, and a wrong key is not forgiven for a cookie', async () => {
  const user = await newUser();
  const cookie = await signIn(user);
  expect([
    await answer(await fromPage('GET', '/api/v1/auth/me', { cookie: `edgewise_session=${user.refresh}` })),
    await answer(await fromPage('GET', '/api/v1/auth/me', { cookie, headers: { 'X-API-Key': 'wrong' } })),
  ]).toEqual([noKey, noKey]);
});

test('with the key, a cookie says nothing about who is asking', async () => {
  const cookie = await signIn(await newUser());
  const response = await send('GET', '/api/v1/auth/me', { headers: { Cookie: cookie } });
  expect(await answer(response)).toEqual({ status: 401, body: { detail: 'Not authenticated' } });
});
