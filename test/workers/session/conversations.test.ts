import { expect, test } from 'vitest';
import { promptScript } from '#test/support/prompt-script.ts';
import { newUser, send } from '../../support/workers/accounts.ts';
import { connectSocket } from '../../support/workers/socket.ts';

interface SseEvent {
  readonly event: string;
  readonly data: Record<string, unknown>;
  readonly id?: number;
}

async function readEvents(response: Response): Promise<SseEvent[]> {
  const text = await response.text();
  return text
    .split('\n\n')
    .filter((block) => block.includes('data: '))
    .map((block) => {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
      const id = field('id');
      return {
        event: field('event') ?? '',
        data: JSON.parse(field('data') ?? 'null'),
        ...(id !== undefined && { id: Number(id) }),
      };
    });
}

const say = async (token: string, path: string, body: Record<string, unknown>) =>
  readEvents(await send('POST', `/api/v1${path}`, { token, body }));

const textOf = (events: readonly SseEvent[]): string =>
  events.map(({ data }) => (typeof data['text'] === 'string' ? data['text'] : '')).join('');

/** Reads until `wanted` has come; what it read, and how to go on. */
async function readUntil(response: Response, wanted: string) {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const next = async (): Promise<string | undefined> => (await reader?.read())?.value;
  let seen = '';
  for (let piece = await next(); piece !== undefined; piece = await next()) {
    seen += piece;
    if (seen.includes(wanted)) break;
  }
  expect(seen).toContain(wanted);
  return { seen, next, cancel: () => reader?.cancel() };
}

const idOf = (events: readonly SseEvent[]): string => String(events[0]?.data['session_id']);

test('a conversation: its id first, then the events of the turn, then done; headers as clients know them', async () => {
  const { token } = await newUser();
  const response = await send('POST', '/api/v1/conversations', {
    token,
    body: {
      content: promptScript(
        { blocks: [{ text: ['I look. '] }, { tool: 'Glob', id: 'c1', input: { pattern: '*' } }] },
        { blocks: [{ text: ['All ', 'done'] }] },
      ),
    },
  });
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  const events = await readEvents(response);
  const pending = idOf(events);
  const id = pending.replace('pending-', '');
  expect(events.map(({ event, data }) => [event, data])).toEqual([
    ['session_id', { session_id: `pending-${id}`, found_in_cache: false }],
    ['sdk_session_id', { sdk_session_id: id }],
    ['text_delta', { text: 'I look. ' }],
    ['tool_use', { id: 'c1', name: 'Glob', tool_name: 'Glob', input: { pattern: '*' } }],
    ['tool_result', { tool_use_id: 'c1', content: expect.any(String), is_error: false }],
    ['text_delta', { text: 'All ' }],
    ['text_delta', { text: 'done' }],
    ['done', expect.objectContaining({ turn_count: 2, is_error: false })],
  ]);
});

test('both names lead to the same conversation, which is listed, and open to the socket', async () => {
  const { token } = await newUser();
  const first = await say(token, '/conversations', { content: 'one' });
  const pending = idOf(first);
  const id = pending.replace('pending-', '');
  for (const [path, body] of [
    [`/conversations/${pending}/stream`, { content: 'two', agent_id: 'x', session_id: 'y' }],
    [`/conversations/${id}/stream`, { content: 'three' }],
    ['/conversations', { content: 'four', session_id: id }],
  ] as const) {
    expect((await say(token, path, body))[0]).toEqual({
      event: 'session_id',
      data: { session_id: pending, found_in_cache: true },
    });
  }
  const { socket, ready } = await connectSocket({ token, session_id: id });
  expect(ready).toMatchObject({ resumed: true, turn_count: 4 });
  await socket.say('five');
  expect(await (await send('GET', '/api/v1/sessions', { token })).json()).toMatchObject([
    { session_id: id, turn_count: 5, first_message: 'one' },
  ]);
  expect(await (await send('GET', `/api/v1/sessions/${pending}/history`, { token })).json()).toMatchObject({
    session_id: id,
    turn_count: 5,
  });
});

test.each(['pending-11111111-2222-3333-4444-555555555555', 'nobody', '../x'])(
  'an unknown id (%s) is replaced by a new one',
  async (sessionId) => {
    const { token } = await newUser();
    const events = await say(token, '/conversations', { content: 'hello', session_id: sessionId });
    expect(events[0]?.data['found_in_cache']).toBe(false);
    expect(idOf(events)).not.toContain(sessionId.replace('pending-', ''));
  },
);

test("another user's conversation is not found", async () => {
  const owner = await newUser();
  const pending = idOf(await say(owner.token, '/conversations', { content: 'mine' }));
  const stranger = await newUser();
  const events = await say(stranger.token, `/conversations/${pending}/stream`, { content: 'yours?' });
  expect(events[0]?.data['found_in_cache']).toBe(false);
  expect(idOf(events)).not.toBe(pending);
});

test('a failure of the model is told as text, and the stream ends in done', async () => {
  const { token } = await newUser();
  const events = await say(token, '/conversations', { content: promptScript({ status: 401 }) });
  expect(events.map(({ event }) => event)).toEqual(['session_id', 'sdk_session_id', 'text_delta', 'done']);
  expect(events[2]?.data['text']).toMatch(/^API Error: 401 /);
  expect(events[3]?.data['is_error']).toBe(true);
});

test('secrets are masked, also when they are split', async () => {
  const { token } = await newUser();
  const events = await say(token, '/conversations', {
    content: promptScript({ blocks: [{ text: ['AIzaSyA1234567', '890abcdefghijklmnopqrstu', ' ok'] }] }),
  });
  expect(textOf(events)).toBe('***REDACTED*** ok');
});

test('who lost the stream follows it from the last event it saw, to the end', async () => {
  const { token } = await newUser();
  const response = await send('POST', '/api/v1/conversations', {
    token,
    body: {
      content: promptScript({
        blocks: [{ text: ['one ', 'two ', 'three ', 'four ', 'five '] }],
        delayMs: 30,
      }),
    },
  });
  const { seen, cancel } = await readUntil(response, 'two');
  await cancel();
  const id = /"sdk_session_id":"([^"]+)"/.exec(seen)?.[1] ?? '';
  const last = [...seen.matchAll(/^id: (\d+)$/gm)].at(-1)?.[1];
  const follow = async (from: string | undefined) =>
    readEvents(await send('GET', `/api/v1/conversations/${id}/stream?last_event=${from}`, { token }));

  const rest = await follow(last);
  expect(rest.at(-1)?.event).toBe('done');
  const before = [...seen.matchAll(/"text":"(\w+ )"/g)].map(([, word]) => word).join('');
  expect(before + textOf(rest)).toBe('one two three four five ');
  expect(textOf(await follow('0'))).toBe('one two three four five ');
});

test('interrupting stops the turn', async () => {
  const { token } = await newUser();
  const response = await send('POST', '/api/v1/conversations', {
    token,
    body: { content: promptScript({ blocks: [{ text: ['begin ', 'never'] }], hangAfter: 1 }) },
  });
  const { seen, next } = await readUntil(response, 'begin');
  const id = /"sdk_session_id":"([^"]+)"/.exec(seen)?.[1] ?? '';
  expect((await send('POST', `/api/v1/conversations/${id}/interrupt`, { token })).status).toBe(200);
  let rest = '';
  for (let piece = await next(); piece !== undefined; piece = await next()) rest += piece;
  expect(rest).toContain('event: cancelled');
});

test.each([
  { name: 'no content', body: {} },
  { name: 'empty content', body: { content: '' } },
  { name: 'blank content', body: { content: ' \n\t ' } },
  { name: 'content that is no text', body: { content: [{ type: 'text', text: 'x' }] } },
])('$name is refused with a reason', async ({ body }) => {
  const { token } = await newUser();
  const response = await send('POST', '/api/v1/conversations', { token, body });
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({ detail: [{ loc: ['body', 'content'] }] });
});

test.each(['/conversations', '/conversations/some-id/stream'])(
  'a body over 16 MiB is refused: POST %s',
  async (path) => {
    const { token } = await newUser();
    const body = { content: 'x'.repeat(16 * 1024 * 1024) };
    const response = await send('POST', `/api/v1${path}`, { token, body });
    expect([response.status, await response.json()]).toEqual([
      413,
      { detail: 'The body is larger than 16777216 bytes' },
    ]);
  },
);
