import { expect, test } from 'vitest';
import { createApi } from '#web/core/api.ts';

/** Answers by method and path, one after the other; the last one stays. */
function setUp(answers: Record<string, (Response | Error)[]>, renewedElsewhereAt = 0) {
  const asked: string[] = [];
  const stored = new Map([['edgewise.renewed', String(renewedElsewhereAt)]]);
  let signedOut = 0;
  let locked = Promise.resolve();
  const api = createApi({
    async fetch(path, init) {
      const key = `${init?.method ?? 'GET'} ${path}`;
      asked.push(key);
      const left = answers[key] ?? [new Response('{}', { status: 500 })];
      const answer = left.length > 1 ? left.shift() : left[0];
      if (answer === undefined || answer instanceof Error) throw answer ?? new Error('no answer');
      return answer.clone();
    },
    clock: { now: () => 1_000 },
    withLock(act) {
      const result = locked.then(act);
      locked = result.then(() => undefined);
      return result;
    },
    storage: {
      getItem: (key) => stored.get(key) ?? null,
      setItem: (key, value) => void stored.set(key, value),
    },
    onSignedOut: () => {
      signedOut += 1;
    },
  });
  return { api, asked, signedOut: () => signedOut };
}

const json = (value: unknown, status = 200, headers = {}) => Response.json(value, { status, headers });
const user = { id: 'u', username: 'ada', role: 'user', full_name: 'Ada' };
const ME = 'GET /api/v1/auth/page/me';
const REFRESH = 'POST /api/v1/auth/page/refresh';
const refused = () => json({ detail: 'Not authenticated' }, 401);

test('a refused call is asked again after one renewal, however many were refused at once', async () => {
  const { api, asked } = setUp({
    [ME]: [refused(), refused(), json(user)],
    [REFRESH]: [json(user)],
  });
  const answers = await Promise.all([api.me(), api.me()]);
  expect(answers).toEqual([
    { ok: true, value: user },
    { ok: true, value: user },
  ]);
  expect(asked).toEqual([ME, ME, REFRESH, ME, ME]);
});

test('a renewal by another tab counts', async () => {
  const { api, asked } = setUp({ [ME]: [refused(), json(user)] }, 1_001);
  expect((await api.me()).ok).toBe(true);
  expect(asked).toEqual([ME, ME]);
});

test.each([
  { name: 'refused', refresh: refused(), problem: 'signed_out', signedOut: 1 },
  {
    name: 'answered with success: false',
    refresh: json({ success: false }),
    problem: 'signed_out',
    signedOut: 1,
  },
  { name: 'not reached', refresh: new Error('offline'), problem: 'unreachable', signedOut: 0 },
  { name: 'failing on the server', refresh: json({}, 503), problem: 'unreachable', signedOut: 0 },
])('a renewal that is $name: $problem', async ({ refresh, problem, signedOut }) => {
  const { api, signedOut: count } = setUp({ [ME]: [refused()], [REFRESH]: [refresh] });
  expect(await api.me()).toEqual({ ok: false, problem: { kind: problem } });
  expect(count()).toBe(signedOut);
});

test.each([
  { name: 'lost network', answer: new Error('offline'), problem: { kind: 'unreachable' } },
  { name: '404', answer: json({}, 404), problem: { kind: 'missing' } },
  {
    name: 'a refusal with a reason',
    answer: json({ detail: 'No.' }, 400),
    problem: { kind: 'refused', status: 400, message: 'No.' },
  },
  {
    name: 'an answer that is none of ours',
    answer: new Response('<html>Sign in to the Wi-Fi</html>'),
    problem: { kind: 'refused', status: 200, message: null },
  },
  {
    name: 'an answer of another form',
    answer: json({ id: 7 }),
    problem: { kind: 'refused', status: 200, message: null },
  },
  {
    name: 'a refusal without one',
    answer: new Response('<html>', { status: 502 }),
    problem: { kind: 'refused', status: 502, message: null },
  },
])('$name is a problem, not an exception', async ({ answer, problem }) => {
  expect(await setUp({ [ME]: [answer] }).api.me()).toEqual({ ok: false, problem });
});

test('a history of several pages comes joined, with the position of the last', async () => {
  const record = (content: string) => ({
    role: 'user',
    content,
    timestamp: '2026-01-01T00:00:00Z',
    message_id: null,
    tool_name: null,
    tool_use_id: null,
    is_error: null,
    metadata: {},
  });
  const page = (content: string, last_event: number, next_cursor: string | null) =>
    json({
      session_id: 's',
      messages: [record(content)],
      turn_count: 1,
      first_message: null,
      last_event,
      next_cursor,
    });
  const path = 'GET /api/v1/sessions/s/history?limit=500';
  const { api } = setUp({
    [path]: [page('one', 1, 'b c')],
    [`${path}&cursor=b%20c`]: [page('two', 9, null)],
  });
  const answer = await api.history('s');
  expect(answer).toMatchObject({
    ok: true,
    value: { messages: [{ content: 'one' }, { content: 'two' }], last_event: 9 },
  });
});

test('the cursor of the session list comes from its header', async () => {
  const { api } = setUp({ 'GET /api/v1/sessions?limit=50': [json([], 200, { 'x-next-cursor': '5.6' })] });
  expect(await api.sessions(null)).toEqual({ ok: true, value: { sessions: [], next: '5.6' } });
});
