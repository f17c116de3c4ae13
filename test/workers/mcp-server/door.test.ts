import { env } from 'cloudflare:workers';
import { drizzle } from 'drizzle-orm/d1';
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { findPersonalTokenOwner, makePersonalToken, MAX_PERSONAL_TOKENS } from '#accounts/personal-tokens.ts';
import { changeAccount } from '#accounts/manage-accounts.ts';
import { personalTokens } from '#accounts/tables.ts';
import { MadePersonalToken } from '#protocol/personal-token.ts';
import { accountDeps, API_KEY, fixedClock, newUser, send } from '../../support/workers/accounts.ts';
import { connectProgram, post } from './program.ts';

const make = async (token: string, name = 'Claude Desktop') =>
  MadePersonalToken.parse(await (await send('POST', '/api/v1/mcp/tokens', { token, body: { name } })).json());

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

test('an access token and a personal token both open it', async () => {
  const { token } = await newUser();
  const personal = (await make(token)).token;
  for (const one of [token, personal]) {
    const response = await post(bearer(one));
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('event: message\ndata: {"result":{},"jsonrpc":"2.0","id":1}\n\n');
  }
});

test.each([
  ['nothing', {}, ''],
  ['the API key alone', { 'x-api-key': API_KEY }, ''],
  ['a wrong token', bearer('wrong'), ', error="invalid_token"'],
  ['a personal token nobody made', bearer('edw_AAAA'), ', error="invalid_token"'],
  ['another scheme', { authorization: 'Basic YTpi' }, ''],
])('%s does not: 401, and the header that says what is wanted', async (_, headers, error) => {
  const response = await post(headers);
  expect(response.status).toBe(401);
  expect(response.headers.get('www-authenticate')).toBe(`Bearer realm="edgewise"${error}`);
  expect(await response.json()).toMatchObject({ jsonrpc: '2.0', id: null, error: { code: -32001 } });
});

test('a refresh token and a token in another header do not', async () => {
  const { token, refresh } = await newUser();
  expect((await post(bearer(refresh))).status).toBe(401);
  expect((await post({ 'x-api-key': API_KEY, 'x-user-token': token })).status).toBe(401);
});

test.each([
  ['evil.example.com', 'http://evil.example.com', 403],
  ['localhost.evil.example.com', undefined, 403],
  ['localhost:7001', undefined, 200],
  ['127.0.0.1:3000', 'http://127.0.0.1:3000', 200],
  ['[::1]:3000', undefined, 200],
])('host %s with origin %s: %i', async (host, origin, status) => {
  const { token } = await newUser();
  const response = await post({ ...bearer(token), host, ...(origin !== undefined && { origin }) });
  expect(response.status).toBe(status);
  await response.text();
});

test('there is no stream to open and none to end: other methods are 405', async () => {
  for (const method of ['GET', 'DELETE']) {
    const response = await send(method, '/mcp');
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  }
});

test('a personal token is shown once, stored hashed, listed, and gone when it is revoked', async () => {
  const { token } = await newUser();
  const made = await make(token, '  Laptop ');
  expect(made).toEqual({
    id: expect.any(String),
    name: 'Laptop',
    created_at: expect.any(String),
    last_used_at: null,
    token: expect.stringMatching(/^edw_[A-Za-z0-9_-]{43}$/),
  });
  const rows = await drizzle(env.DB).select().from(personalTokens).where(eq(personalTokens.id, made.id));
  expect(JSON.stringify(rows)).not.toContain(made.token.slice(4, 20));

  const { token: _, ...listed } = made;
  const list = async () => (await send('GET', '/api/v1/mcp/tokens', { token })).json();
  expect(await list()).toEqual([listed]);
  await (await post(bearer(made.token))).text();
  expect(await list()).toEqual([{ ...listed, last_used_at: expect.any(String) }]);

  const other = await newUser();
  const revoke = (by: string) => send('DELETE', `/api/v1/mcp/tokens/${made.id}`, { token: by });
  expect((await revoke(other.token)).status).toBe(404);
  expect(await (await revoke(token)).json()).toEqual({ status: 'revoked' });
  expect((await revoke(token)).status).toBe(404);
  expect((await post(bearer(made.token))).status).toBe(401);
  expect(await list()).toEqual([]);
});

test('a personal token opens /mcp and no other route', async () => {
  const { token } = await newUser();
  const personal = (await make(token)).token;
  expect((await send('GET', '/api/v1/mcp/tokens', { token: personal })).status).toBe(401);
});

test.each([[{ name: ' ' }], [{}], [{ name: 'x'.repeat(101) }]])('the name %j is refused', async (body) => {
  const { token } = await newUser();
  expect((await send('POST', '/api/v1/mcp/tokens', { token, body })).status).toBe(422);
});

test('nobody has more than so many', async () => {
  const { token, user } = await newUser();
  for (let count = 0; count < MAX_PERSONAL_TOKENS; count += 1)
    await makePersonalToken(user, `n${count}`, accountDeps());
  const response = await send('POST', '/api/v1/mcp/tokens', { token, body: { name: 'one more' } });
  expect([response.status, await response.json()]).toEqual([
    409,
    { detail: 'You have 50 tokens: revoke one that you do not use' },
  ]);
});

test('a changed password ends it, and so does a disabled account', async () => {
  const clock = fixedClock(Date.parse('2031-01-01T00:00:00Z'));
  const { user } = await newUser();
  const made = await makePersonalToken(user, 'old', accountDeps(clock));
  if (!made.ok) throw new Error(made.problem);
  expect(await findPersonalTokenOwner(made.value.token, accountDeps(clock))).toEqual(user);
  clock.at += 60_000;
  const change = (changes: object) =>
    changeAccount(user.id, { changes, self: 'someone' }, accountDeps(clock));
  await change({ password: 'new password' });
  expect(await findPersonalTokenOwner(made.value.token, accountDeps(clock))).toBe(null);

  const next = await makePersonalToken(user, 'new', accountDeps(clock));
  if (!next.ok) throw new Error(next.problem);
  expect(await findPersonalTokenOwner(next.value.token, accountDeps(clock))).toEqual(user);
  await change({ is_active: false });
  expect(await findPersonalTokenOwner(next.value.token, accountDeps(clock))).toBe(null);
});

test('it says who it is, and every tool has schemas, descriptions and annotations', async () => {
  const { token } = await newUser();
  const { client } = await connectProgram(token);
  expect(client.getServerVersion()).toMatchObject({ name: 'edgewise', title: 'Edgewise' });
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toEqual([
    'ask_agent',
    'answer_agent',
    'wait_for_agent',
    'stop_agent',
    'list_sessions',
    'search_sessions',
    'read_session',
    'list_files',
    'read_file',
    'write_file',
  ]);
  for (const { name, title, description, inputSchema, outputSchema, annotations } of tools) {
    expect([name, title, description]).not.toContain(undefined);
    expect(Object.keys(annotations ?? {}).toSorted(), name).toEqual([
      'destructiveHint',
      'idempotentHint',
      'openWorldHint',
      'readOnlyHint',
    ]);
    expect(outputSchema?.type, name).toBe('object');
    for (const [field, schema] of Object.entries(inputSchema.properties ?? {}))
      expect(schema, `${name}.${field}`).toHaveProperty('description');
  }
});
