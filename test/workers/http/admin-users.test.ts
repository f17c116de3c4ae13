import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { newUser, send } from '../../support/workers/accounts.ts';

// Each real password hash takes a third of a second, on an idle machine
vi.setConfig({ testTimeout: 30_000 });

const answer = async (response: Response) => ({ status: response.status, body: await response.json() });

let admin: Awaited<ReturnType<typeof newUser>>;
beforeAll(async () => {
  admin = await newUser({ role: 'admin' });
});

const ask = async (method: string, path: string, body?: unknown) =>
  answer(
    await send(method, `/api/v1/admin${path}`, { token: admin.token, ...(body !== undefined && { body }) }),
  );

const login = async (username: string, password: string) =>
  answer(await send('POST', '/api/v1/auth/login', { body: { username, password } }));

test('a created user has the whole shape, can sign in, and is in the list', async () => {
  const username = `n-${randomUUID().slice(0, 8)}`;
  const created = await ask('POST', '/users', { username, password: 'secret', full_name: 'Ann', extra: 1 });
  const account = {
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    username,
    full_name: 'Ann',
    role: 'user',
    created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    last_login: null,
    is_active: true,
  };
  expect(created).toEqual({ status: 200, body: account });
  expect(await login(username, 'secret')).toMatchObject({
    body: { success: true, user: { username, full_name: 'Ann' } },
  });
  const list = z.array(z.record(z.string(), z.unknown())).parse((await ask('GET', '/users')).body);
  const names = list.map((user) => String(user['username']));
  expect(names).toEqual(names.toSorted());
  expect(list.find((user) => user['username'] === username)).toEqual({
    ...account,
    last_login: expect.stringMatching(/Z$/),
  });
});

test('a name is taken once, whatever its case', async () => {
  const { username } = await newUser();
  const taken = { status: 409, body: { detail: 'Username already exists' } };
  expect([
    await ask('POST', '/users', { username, password: 'x' }),
    await ask('POST', '/users', { username: username.toUpperCase(), password: 'x' }),
  ]).toEqual([taken, taken]);
});

test('of several who take a name at once, one gets it', async () => {
  const username = `n-${randomUUID().slice(0, 8)}`;
  const all = await Promise.all(
    Array.from({ length: 4 }, () => ask('POST', '/users', { username, password: 'x' })),
  );
  expect(all.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409, 409, 409]);
});

test.each([
  { name: 'a path as name', body: { username: '../evil', password: 'x' }, field: 'username' },
  { name: 'a slash in the name', body: { username: 'a/b', password: 'x' }, field: 'username' },
  { name: 'two dots in the name', body: { username: 'a..b', password: 'x' }, field: 'username' },
  { name: 'a leading dot', body: { username: '.a', password: 'x' }, field: 'username' },
  { name: 'an empty name', body: { username: '', password: 'x' }, field: 'username' },
  { name: 'a name of 65 letters', body: { username: 'a'.repeat(65), password: 'x' }, field: 'username' },
  { name: 'a line end in the name', body: { username: 'a\n', password: 'x' }, field: 'username' },
  { name: 'letters that only look Latin', body: { username: 'аdmin', password: 'x' }, field: 'username' },
  { name: 'an empty password', body: { username: 'a', password: '' }, field: 'password' },
  { name: 'a password of 73 bytes', body: { username: 'a', password: 'x'.repeat(73) }, field: 'password' },
  {
    name: 'a password of 37 two-byte letters',
    body: { username: 'a', password: 'ä'.repeat(37) },
    field: 'password',
  },
  { name: 'an unknown role', body: { username: 'a', password: 'x', role: 'root' }, field: 'role' },
  { name: 'no password', body: { username: 'a' }, field: 'password' },
])('$name is refused at creation', async ({ body, field }) => {
  const refused = await ask('POST', '/users', body);
  expect(refused).toMatchObject({ status: 422, body: { detail: [{ loc: ['body', field] }] } });
  expect(JSON.stringify(refused.body)).not.toContain('xxxxxxxx');
});

test.each(['a', 'A.b-c_9', '0', 'a'.repeat(64)])('"%s" is a name', async (username) => {
  expect(await ask('POST', '/users', { username, password: 'p'.repeat(72) })).toMatchObject({ status: 200 });
});

test.each([
  { name: 'nothing', body: {}, expected: { status: 400, body: { detail: 'No fields to update' } } },
  {
    name: 'nulls only',
    body: { full_name: null, role: null, is_active: null, password: null },
    expected: { status: 400, body: { detail: 'No fields to update' } },
  },
  {
    name: 'unknown fields only',
    body: { username: 'x' },
    expected: { status: 400, body: { detail: 'No fields to update' } },
  },
  { name: 'a name', body: { full_name: '' }, expected: { status: 200, body: { status: 'updated' } } },
  {
    name: 'a role and a null',
    body: { role: 'admin', full_name: null },
    expected: { status: 200, body: { status: 'updated' } },
  },
])('a change of $name', async ({ body, expected }) => {
  const { id } = await newUser();
  expect(await ask('PUT', `/users/${id}`, body)).toEqual(expected);
});

test.each([
  { name: 'a role', body: { role: 'root' } },
  { name: 'a flag', body: { is_active: 'no' } },
  { name: 'a password', body: { password: 'x'.repeat(73) } },
])('$name is checked on change too', async ({ body }) => {
  const { id } = await newUser();
  expect((await ask('PUT', `/users/${id}`, body)).status).toBe(422);
});

test('a user that does not exist is 404', async () => {
  const missing = { status: 404, body: { detail: 'User not found' } };
  expect([
    await ask('PUT', `/users/${randomUUID()}`, { role: 'user' }),
    await ask('PUT', '/users/..%2F..', { role: 'user' }),
  ]).toEqual([missing, missing]);
});

test('nobody demotes or disables themselves, but may change the rest', async () => {
  const refused = { status: 400, body: { detail: 'You cannot disable or demote your own account' } };
  expect([
    await ask('PUT', `/users/${admin.id}`, { role: 'user' }),
    await ask('PUT', `/users/${admin.id}`, { is_active: false }),
    await ask('PUT', `/users/${admin.id}`, { full_name: 'Boss', role: 'admin', is_active: true }),
  ]).toEqual([refused, refused, { status: 200, body: { status: 'updated' } }]);
});

test('a changed password holds, and ends what was signed in with the old one', async () => {
  const user = await newUser();
  // Tokens tell their age in whole seconds
  await new Promise((resolve) => setTimeout(resolve, 1000 - (Date.now() % 1000)));
  await ask('PUT', `/users/${user.id}`, { password: 'new one' });
  expect([
    await login(user.username, user.password),
    await login(user.username, 'new one'),
    await answer(await send('GET', '/api/v1/auth/me', { token: user.token })),
  ]).toMatchObject([{ body: { success: false } }, { body: { success: true } }, { status: 401 }]);
});

const platform = (default_agent_id: string | null, session_max_age_hours: number) => ({
  status: 200,
  body: { platform: { default_agent_id, session_max_age_hours } },
});

test('platform settings: stored, left alone, back to the default', async () => {
  const change = (settings: unknown) => ask('PUT', '/settings/platform', { settings });
  expect([
    await ask('GET', '/settings'),
    await change({ default_agent_id: 'helper', session_max_age_hours: 1.5, unknown: true }),
    await change({ session_max_age_hours: 48 }),
    await change({}),
    await ask('GET', '/settings'),
    await change({ default_agent_id: null }),
    await change({ session_max_age_hours: null }),
  ]).toEqual([
    platform(null, 24),
    platform('helper', 1.5),
    platform('helper', 48),
    platform('helper', 48),
    platform('helper', 48),
    platform(null, 48),
    platform(null, 24),
  ]);
});

test.each([
  { name: 'no object', body: { settings: 'x' } },
  { name: 'no settings', body: {} },
  { name: 'an age of zero', body: { settings: { session_max_age_hours: 0 } } },
  { name: 'an age in words', body: { settings: { session_max_age_hours: 'long' } } },
  { name: 'an empty agent', body: { settings: { default_agent_id: '' } } },
])('platform settings refuse $name', async ({ body }) => {
  expect((await ask('PUT', '/settings/platform', body)).status).toBe(422);
});
