import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, test } from 'vitest';
import { newUser, send } from '#test/support/workers/accounts.ts';
import { addSession, ask, AT, type TestUser } from './sessions-support.ts';

let user: TestUser;
let other: TestUser;
beforeAll(async () => {
  user = await newUser();
  other = await newUser();
});

const info = (session_id: string, changes: object = {}) => ({
  session_id,
  name: 'A title',
  first_message: 'first prompt',
  created_at: '2026-01-02T03:04:05.000Z',
  updated_at: '2026-01-02T03:04:05.000Z',
  turn_count: 1,
  user_id: null,
  agent_id: 'coder',
  cwd_id: session_id,
  permission_folders: ['/tmp'],
  client_type: 'web',
  archived: false,
  ...changes,
});

const notFound = (session_id: string) => {
  const message = `Session '${session_id}' not found`;
  return { message, detail: message, session_id };
};

const idOf = (body: unknown): string =>
  typeof body === 'object' && body !== null && 'session_id' in body && typeof body.session_id === 'string'
    ? body.session_id
    : '';

const emptyHistory = {
  messages: [],
  turn_count: 0,
  first_message: null,
  last_event: 0,
  next_cursor: null,
};

test.each([
  ['GET', ''],
  ['POST', ''],
  ['POST', '/resume'],
  ['POST', '/batch-delete'],
  ['GET', '/search?query=x'],
  ['GET', '/some-id'],
  ['PATCH', '/some-id'],
  ['DELETE', '/some-id'],
  ['POST', '/some-id/resume'],
  ['POST', '/some-id/close'],
  ['GET', '/some-id/history'],
  ['GET', '/some-id/export'],
])('%s /sessions%s needs a user', async (method, path) => {
  const response = await send(method, `/api/v1/sessions${path}`);
  expect([response.status, await response.json()]).toEqual([
    401,
    { detail: 'User authentication required. Please login first.' },
  ]);
});

describe('the list', () => {
  let lister: TestUser;
  beforeAll(async () => {
    lister = await newUser();
    for (const [index, id] of ['a', 'b', 'c'].entries()) await addSession(lister, id, { at: AT + index });
  });

  test('is a plain array of all, newest first, and each user has their own', async () => {
    const { status, body, headers } = await ask(lister, 'GET', '');
    expect(status).toBe(200);
    expect(body).toEqual([
      info('c', { created_at: '2026-01-02T03:04:05.002Z', updated_at: '2026-01-02T03:04:05.002Z' }),
      info('b', { created_at: '2026-01-02T03:04:05.001Z', updated_at: '2026-01-02T03:04:05.001Z' }),
      info('a'),
    ]);
    expect(headers.get('x-next-cursor')).toBeNull();
    expect((await ask(other, 'GET', '')).body).toEqual([]);
  });

  test('comes in pages when asked to', async () => {
    const first = await ask(lister, 'GET', '?limit=2');
    expect(first.body).toMatchObject([{ session_id: 'c' }, { session_id: 'b' }]);
    const cursor = first.headers.get('x-next-cursor') ?? '';
    expect(first.headers.get('link')).toBe(`</api/v1/sessions?limit=2&cursor=${cursor}>; rel="next"`);
    const second = await ask(lister, 'GET', `?limit=2&cursor=${cursor}`);
    expect(second.body).toMatchObject([{ session_id: 'a' }]);
    expect([second.headers.get('x-next-cursor'), second.headers.get('link')]).toEqual([null, null]);
  });

  test('shows the archive only when asked to', async () => {
    expect((await ask(lister, 'PATCH', '/b', { archived: true })).body).toMatchObject({ archived: true });
    const ids = [{ session_id: 'c' }, { session_id: 'a' }];
    expect((await ask(lister, 'GET', '')).body).toMatchObject(ids);
    expect((await ask(lister, 'GET', '?archived=false')).body).toMatchObject(ids);
    expect((await ask(lister, 'GET', '?archived=true')).body).toMatchObject([
      { session_id: 'b', archived: true },
    ]);
    expect((await ask(lister, 'PATCH', '/b', { archived: false })).body).toMatchObject({ archived: false });
  });

  test.each([
    '?limit=0',
    '?limit=201',
    '?limit=x',
    '?limit=',
    '?limit=1.5',
    '?cursor=x',
    '?cursor=1',
    '?archived=maybe',
  ])('refuses %s', async (query) => {
    const { status, body } = await ask(lister, 'GET', query);
    expect([status, body]).toMatchObject([422, { detail: [{ loc: ['query', expect.any(String)] }] }]);
  });
});

describe('search', () => {
  beforeAll(() => addSession(user, 'found', { prompts: ['where is the Café?', 'thanks'] }));

  test('answers in full', async () => {
    expect(await ask(user, 'GET', '/search?query=cafe')).toMatchObject({
      status: 200,
      body: {
        results: [
          {
            session_id: 'found',
            name: 'A title',
            first_message: 'where is the Café?',
            created_at: '2026-01-02T03:04:05.000Z',
            turn_count: 2,
            agent_id: 'coder',
            relevance_score: 0.7 / 2 + 0.3,
            match_count: 1,
            snippet: 'where is the Café?',
            snippets: ['where is the Café?'],
          },
        ],
        total_count: 1,
        query: 'cafe',
      },
    });
  });

  test('stays with the user', async () => {
    expect((await ask(other, 'GET', '/search?query=cafe')).body).toEqual({
      results: [],
      total_count: 0,
      query: 'cafe',
    });
  });

  test.each([
    { query: '?query=', status: 200 },
    { query: '?query=%22%20OR%20*(', status: 200 },
    { query: '?query=cafe&max_results=-1', status: 200 },
    { query: '?query=cafe&max_results=0', status: 200 },
    { query: '?query=cafe&max_results=100000', status: 200 },
    { query: '', status: 422 },
    { query: '?query=cafe&max_results=many', status: 422 },
    { query: '?query=cafe&max_results=1.5', status: 422 },
    { query: '?query=cafe&max_results=', status: 422 },
    { query: `?query=${'x'.repeat(1_001)}`, status: 422 },
  ])('$query gives $status', async ({ query, status }) => {
    expect((await ask(user, 'GET', `/search${query}`)).status).toBe(status);
  });
});

describe('a session is made', () => {
  test('by POST: unlisted, but there to be resumed', async () => {
    const maker = await newUser();
    const made = await ask(maker, 'POST', '', { agent_id: 'coder' });
    const id = idOf(made.body);
    expect(made).toMatchObject({ status: 201, body: { session_id: id, status: 'ready', resumed: false } });
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect((await ask(maker, 'GET', '')).body).toEqual([]);
    expect(await ask(maker, 'POST', `/${id}/resume`)).toMatchObject({
      status: 200,
      body: { session_id: id, status: 'ready', resumed: true },
    });
  });

  test.each([
    { name: 'without a body', body: undefined },
    { name: 'with an empty one', body: {} },
    { name: 'with nulls', body: { agent_id: null, resume_session_id: null } },
    { name: 'with fields nobody knows', body: { colour: 'blue' } },
  ])('$name', async ({ body }) => {
    expect(await ask(user, 'POST', '', body)).toMatchObject({ status: 201, body: { resumed: false } });
  });

  test('or an old one found', async () => {
    await addSession(user, 'old');
    for (const id of ['old', 'pending-old']) {
      expect(await ask(user, 'POST', '', { resume_session_id: id })).toMatchObject({
        status: 201,
        body: { session_id: 'old', status: 'ready', resumed: true },
      });
    }
  });

  test.each([
    { name: 'an agent that is no text', body: { agent_id: 5 } },
    { name: 'a body that is no object', body: [] },
  ])('but not with $name', async ({ body }) => {
    expect((await ask(user, 'POST', '', body)).status).toBe(422);
  });
});

describe('resume', () => {
  beforeAll(() => addSession(user, 'mine'));

  test.each([
    { path: '/mine/resume', body: undefined },
    { path: '/mine/resume', body: { initial_message: 'hello' } },
    { path: '/pending-mine/resume', body: undefined },
    { path: '/resume', body: { resume_session_id: 'mine', agent_id: 'other' } },
  ])('POST $path $body', async ({ path, body }) => {
    expect(await ask(user, 'POST', path, body)).toMatchObject({
      status: 200,
      body: { session_id: 'mine', status: 'ready', resumed: true },
    });
  });

  test.each([{}, { resume_session_id: null }, { resume_session_id: '' }])(
    'without an id: %j',
    async (body) => {
      expect(await ask(user, 'POST', '/resume', body)).toMatchObject({
        status: 400,
        body: {
          message: 'resume_session_id is required',
          detail: 'resume_session_id is required',
          details: {},
        },
      });
    },
  );

  test.each([
    { path: '/none/resume', body: undefined, id: 'none' },
    { path: '/resume', body: { resume_session_id: 'none' }, id: 'none' },
    { path: '/resume', body: { resume_session_id: '../../x' }, id: '../../x' },
    { path: '', body: { resume_session_id: 'none' }, id: 'none' },
    { path: '', body: { resume_session_id: 'a/b' }, id: 'a/b' },
  ])('POST $path of what does not exist: $id', async ({ path, body, id }) => {
    const answer = await ask(user, 'POST', path, body);
    expect([answer.status, answer.body]).toEqual([404, notFound(id)]);
  });

  test("another user's session does not exist", async () => {
    expect((await ask(other, 'POST', '/mine/resume')).status).toBe(404);
    expect((await ask(other, 'GET', '/mine')).status).toBe(404);
    expect((await ask(other, 'GET', '/mine/history')).body).toEqual({ session_id: 'mine', ...emptyHistory });
    expect((await ask(other, 'DELETE', '/mine')).body).toEqual({ status: 'deleted' });
    expect((await ask(user, 'GET', '/mine')).status).toBe(200);
    expect((await ask(user, 'POST', '/mine/resume')).status).toBe(200);
  });
});

test('close always succeeds, and changes nothing', async () => {
  await addSession(user, 'closing');
  for (const id of ['closing', 'closing', 'unknown']) {
    expect(await ask(user, 'POST', `/${id}/close`)).toMatchObject({
      status: 200,
      body: { status: 'closed' },
    });
  }
  expect((await ask(user, 'GET', '/closing')).body).toEqual(info('closing'));
});

describe('change', () => {
  beforeAll(() => addSession(user, 'changing'));

  test.each([
    { body: { name: 'Mine' }, expected: { name: 'Mine' } },
    { body: {}, expected: { name: 'Mine' } },
    {
      body: { permission_folders: ['/a', '/b'] },
      expected: { name: 'Mine', permission_folders: ['/a', '/b'] },
    },
    { body: { permission_folders: null }, expected: { name: 'Mine', permission_folders: ['/a', '/b'] } },
    { body: { name: '' }, expected: { name: '', permission_folders: ['/a', '/b'] } },
    {
      body: { name: 'Rotate password=hunter2hunter2 today' },
      expected: { name: 'Rotate password=***REDACTED*** today', permission_folders: ['/a', '/b'] },
    },
    { body: { name: null }, expected: { name: 'A title', permission_folders: ['/a', '/b'] } },
  ])('$body', async ({ body, expected }) => {
    const answer = await ask(user, 'PATCH', '/changing', body);
    expect([answer.status, answer.body]).toEqual([200, info('changing', expected)]);
    expect((await ask(user, 'GET', '/changing')).body).toEqual(answer.body);
  });

  test.each([
    { name: 5 },
    { name: 'x'.repeat(501) },
    { permission_folders: '/a' },
    { archived: 'yes' },
    'text',
  ])('refuses %j', async (body) => {
    expect((await ask(user, 'PATCH', '/changing', body)).status).toBe(422);
  });

  test('of a session that does not exist', async () => {
    const message = 'Session none not found';
    expect(await ask(user, 'PATCH', '/none', { name: 'x' })).toMatchObject({
      status: 400,
      body: { message, detail: message, details: {} },
    });
  });
});

describe('delete', () => {
  test('takes everything, and may be repeated', async () => {
    await addSession(user, 'going', { prompts: ['needle in going'] });
    for (let times = 0; times < 2; times++) {
      expect(await ask(user, 'DELETE', '/going')).toMatchObject({ status: 200, body: { status: 'deleted' } });
    }
    expect((await ask(user, 'GET', '/going')).body).toEqual(notFound('going'));
    expect((await ask(user, 'POST', '/going/resume')).status).toBe(404);
    expect((await ask(user, 'GET', '/going/history')).body).toEqual({ session_id: 'going', ...emptyHistory });
    expect((await ask(user, 'GET', '/search?query=needle%20in%20going')).body).toMatchObject({ results: [] });
  });

  test('a session whose deletion was interrupted is still listed, and goes on the second try', async () => {
    await addSession(user, 'half');
    await env.CHAT_SESSION.getByName(`${user.username}/half`).destroy();
    expect((await ask(user, 'GET', '/half')).status).toBe(200);
    await ask(user, 'DELETE', '/half');
    expect((await ask(user, 'GET', '/half')).status).toBe(404);
  });

  test('several at once, unknown and repeated ones among them', async () => {
    const owner = await newUser();
    for (const id of ['a', 'b', 'c']) await addSession(owner, id);
    const body = { session_ids: ['a', 'pending-b', 'a', 'unknown'] };
    expect(await ask(owner, 'POST', '/batch-delete', body)).toMatchObject({
      status: 200,
      body: { status: 'deleted' },
    });
    expect((await ask(owner, 'GET', '')).body).toMatchObject([{ session_id: 'c' }]);
  });

  test.each([
    { name: 'an empty list', session_ids: [] },
    { name: 'a path out', session_ids: ['../../x'] },
    { name: 'a path out among others', session_ids: ['stays', '../../x'] },
    { name: 'a path back in', session_ids: ['../x/stays'] },
    { name: 'an absolute path', session_ids: ['/etc/passwd'] },
    { name: 'an empty id', session_ids: [''] },
    { name: 'a blank in an id', session_ids: ['a b'] },
    { name: 'a number', session_ids: [5] },
    { name: 'no list', session_ids: 'stays' },
    { name: 'too many', session_ids: ['stays', ...Array.from({ length: 400 }, (_, index) => `s${index}`)] },
    { name: 'nothing', session_ids: undefined },
  ])('nothing is deleted by $name', async ({ session_ids }) => {
    const owner = await newUser();
    await addSession(owner, 'stays');
    expect((await ask(owner, 'POST', '/batch-delete', { session_ids })).status).toBe(422);
    expect((await ask(owner, 'GET', '/stays')).status).toBe(200);
  });
});

describe('history', () => {
  beforeAll(() => addSession(user, 'told', { prompts: ['one', 'two', 'three'] }));

  const record = (content: string, message_id: string) => ({
    role: 'user',
    content,
    timestamp: '2026-01-02T03:04:05.000Z',
    message_id,
    tool_name: null,
    tool_use_id: null,
    is_error: null,
    metadata: {},
  });
  const all = ['one', 'two', 'three'].map((content, turn) => record(content, `${(turn + 1) * 2 ** 20}.0`));

  test('is whole without a limit', async () => {
    expect((await ask(user, 'GET', '/told/history')).body).toMatchObject({
      session_id: 'told',
      messages: all,
      first_message: 'one',
      next_cursor: null,
    });
  });

  test('comes in pages with one', async () => {
    const first = await ask(user, 'GET', '/told/history?limit=2');
    expect(first.body).toMatchObject({ messages: all.slice(0, 2), next_cursor: expect.any(String) });
    const cursor =
      typeof first.body === 'object' && first.body !== null && 'next_cursor' in first.body
        ? String(first.body.next_cursor)
        : '';
    expect((await ask(user, 'GET', `/told/history?limit=2&cursor=${cursor}`)).body).toMatchObject({
      messages: all.slice(2),
      next_cursor: null,
    });
  });

  test('of a session that does not exist is empty', async () => {
    expect(await ask(user, 'GET', '/none/history')).toMatchObject({
      status: 200,
      body: { session_id: 'none', ...emptyHistory },
    });
  });

  test.each(['?limit=0', '?limit=x', '?limit=1001', '?cursor=..', '?cursor=-1.0'])(
    'refuses %s',
    async (query) => {
      expect((await ask(user, 'GET', `/told/history${query}`)).status).toBe(422);
    },
  );
});

test.each([
  ['GET', '/a%20b'],
  ['GET', '/..%2F..%2Fx'],
  ['GET', `/${'x'.repeat(129)}`],
  ['GET', '/%00'],
  ['GET', '/..%2F..%2Fx/history'],
  ['GET', '/..%2F..%2Fx/export'],
  ['PATCH', '/..%2F..%2Fx'],
  ['DELETE', '/..%2F..%2Fx'],
  ['POST', '/..%2F..%2Fx/resume'],
  ['POST', '/..%2F..%2Fx/close'],
])('what is no id names no session: %s %s', async (method, path) => {
  const answer = await ask(user, method, path, method === 'PATCH' ? { name: 'x' } : undefined);
  const id = decodeURIComponent(path.split('/')[1] ?? '');
  expect([answer.status, answer.body]).toEqual([404, notFound(id)]);
});

test('the routes describe themselves', async () => {
  const response = await send('GET', '/openapi.json');
  const text = await response.text();
  expect(response.status).toBe(200);
  for (const path of [
    '/sessions',
    '/sessions/search',
    '/sessions/resume',
    '/sessions/batch-delete',
    '/sessions/{session_id}',
    '/sessions/{session_id}/resume',
    '/sessions/{session_id}/close',
    '/sessions/{session_id}/history',
    '/sessions/{session_id}/export',
  ]) {
    expect(text).toContain(`"/api/v1${path}"`);
  }
});
