import { abortAllDurableObjects, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import type { ServerEvent } from '#protocol/server-event.ts';
import { History, SessionReady } from '#protocol/session.ts';
import { promptScript } from '#test/support/prompt-script.ts';
import { newUser, send } from '../../support/workers/accounts.ts';
import { clientView, seenUpTo } from '../../support/workers/client-view.ts';
import { connectSocket, unnumbered } from '../../support/workers/socket.ts';

const summary = (text: string) => promptScript({ blocks: [{ text: [text] }] });

async function talk(prompt = 'hello') {
  const user = await newUser();
  const { socket, ready } = await connectSocket({ token: user.token, last_event: '0' });
  await socket.say(prompt);
  return { ...user, socket, sessionId: ready.type === 'ready' ? ready.cwd_id : '' };
}

const sessionOf = (username: string, id: string) => env.CHAT_SESSION.getByName(`${username}/${id}`);

const historyOf = async (token: string, id: string): Promise<History> =>
  History.parse(await (await send('GET', `/api/v1/sessions/${id}/history`, { token })).json());

const isTold = ({ type }: ServerEvent) => type !== 'ready';

test('on request the conversation is summarised: told, kept in the history, paid for, and nothing is lost', async () => {
  const { socket, token, sessionId } = await talk();
  const before = await historyOf(token, sessionId);
  const from = socket.events.length;
  const completed = socket.next('compact_completed');
  socket.send({ type: 'compact_request', instructions: summary('They said hello.') });
  await completed;
  expect(unnumbered(socket.events.slice(from))).toEqual([
    { type: 'compact_started' },
    { type: 'compact_completed', session_id: sessionId, summary: 'They said hello.' },
  ]);
  const after = await historyOf(token, sessionId);
  expect(after.messages.slice(0, before.messages.length)).toEqual(before.messages);
  expect(after.messages.slice(before.messages.length)).toMatchObject([
    { role: 'system', content: 'They said hello.', metadata: { event_type: 'summary' } },
  ]);
  expect(after.turn_count).toBe(1);
  const used = await send('GET', `/api/v1/sessions/${sessionId}/usage`, { token });
  expect(await used.json()).toMatchObject({ input_tokens: 20, output_tokens: 10, steps: 2 });
  const [, , , done] = await socket.say('and on').then((events) => events.slice(-4));
  expect(done).toMatchObject({ type: 'done', is_error: false });
});

test('typed as /compact it is a turn of its own, with what was typed and an end', async () => {
  const { socket, sessionId } = await talk();
  const typed = `/compact ${summary('Short.')}`;
  expect(unnumbered(await socket.say(typed))).toMatchObject([
    { type: 'session_id' },
    { type: 'user_message', content: typed },
    { type: 'compact_started' },
    { type: 'compact_completed', session_id: sessionId, summary: 'Short.' },
    { type: 'done', is_error: false, turn_count: 1, usage: { input_tokens: 10, output_tokens: 5 } },
  ]);
});

test('over server-sent events /compact ends like a turn', async () => {
  const { token, sessionId } = await talk();
  const response = await send('POST', `/api/v1/conversations/${sessionId}/stream`, {
    token,
    body: { content: `/compact ${summary('Short.')}` },
  });
  const names = [...(await response.text()).matchAll(/^event: (.*)$/gm)].map((match) => match[1]);
  expect(names).toEqual(['session_id', 'sdk_session_id', 'compact_started', 'compact_completed', 'done']);
});

test('a request waits behind the running turn, and before what was sent after it', async () => {
  const { socket } = await talk();
  const from = socket.events.length;
  const last = socket.when((event) => event.type === 'assistant_text' && event.text === 'You said: third');
  socket.send({ content: promptScript({ blocks: [{ text: ['slow'] }], delayMs: 20 }) });
  socket.send({ type: 'compact' });
  // The same once more, as a client sends it that lost its connection in between
  socket.send({ type: 'compact' });
  socket.send({ content: 'third' });
  await last;
  const told = socket.types(from).filter((type) => type !== 'text_delta');
  expect(told).toEqual([
    'session_id',
    'user_message',
    'assistant_text',
    'done',
    'compact_started',
    'compact_completed',
    'session_id',
    'user_message',
    'assistant_text',
  ]);
});

test('at every position of a session with a summary: what was seen and what comes back are the whole, once', async () => {
  const { socket, token, sessionId } = await talk('hi');
  const completed = socket.next('compact_completed');
  socket.send({ type: 'compact_request', instructions: summary('Short.') });
  await completed;
  await socket.say('go');
  const whole = clientView(socket.events);
  const end = Math.max(...socket.events.map((event) => ('event_id' in event ? (event.event_id ?? 0) : 0)));
  for (let position = 0; position <= end; position++) {
    const back = await connectSocket({ token, session_id: sessionId, last_event: String(position) });
    if (position < end) await back.socket.reached(end);
    const pieces = [...seenUpTo(socket.events, position), ...back.socket.events];
    expect(clientView(pieces), `cut at ${position}`).toEqual(whole);
    await back.socket.close();
  }
});

test('a summary that a crash cuts off is made again, once', async () => {
  const { socket, token, username, sessionId } = await talk();
  const started = socket.next('compact_started');
  const slow = promptScript({ blocks: [{ text: ['Made ', 'again.'] }], delayMs: 100 });
  socket.send({ type: 'compact_request', instructions: slow });
  await started;
  await abortAllDurableObjects();
  const back = await connectSocket({ token, session_id: sessionId, last_event: '0' });
  await back.socket.next('compact_completed');
  expect(unnumbered(back.socket.events.slice(-3))).toMatchObject([
    { type: 'turn_resumed' },
    { type: 'compact_started' },
    { type: 'compact_completed', summary: 'Made again.' },
  ]);
  const stored = await runInDurableObject(sessionOf(username, sessionId), (_, { storage }) =>
    storage.sql.exec(`SELECT body FROM entry WHERE body LIKE '{"kind":"summary"%'`).toArray(),
  );
  expect(stored).toHaveLength(1);
});

test('a summary that never gets further is given up, and what waits behind it goes on', async () => {
  const { socket, token, username, sessionId } = await talk();
  const hang = promptScript({ blocks: [{ text: ['never'] }], hangAfter: 0 });
  const started = socket.next('compact_started');
  socket.send({ type: 'compact_request', instructions: hang });
  await started;
  await runInDurableObject(sessionOf(username, sessionId), (_, { storage }) => {
    storage.sql.exec('UPDATE session SET attempts = 3');
  });
  await abortAllDurableObjects();
  const back = await connectSocket({ token, session_id: sessionId, last_event: '0' });
  await expect
    .poll(() => back.socket.events)
    .toContainEqual(
      expect.objectContaining({
        type: 'error',
        error:
          'Compact failed: This answer was interrupted 4 times and was given up. Send your message again to retry.',
      }),
    );
  expect((await back.socket.say('on')).at(-1)).toMatchObject({ type: 'done', is_error: false });
});

test('a running summary can be stopped; it answers with one cancelled', async () => {
  const { socket } = await talk();
  const from = socket.events.length;
  const started = socket.next('compact_started');
  socket.send({
    type: 'compact_request',
    instructions: promptScript({ blocks: [{ text: ['never'] }], hangAfter: 0 }),
  });
  await started;
  const cancelled = socket.next('cancelled');
  socket.send({ type: 'cancel' });
  await cancelled;
  expect(socket.types(from)).toEqual(['compact_started', 'cancelled']);
  expect((await socket.say('on')).at(-1)).toMatchObject({ type: 'done', is_error: false });
});

test('what the model service refuses is told in our words, as an error that the history keeps', async () => {
  const { socket, token, sessionId } = await talk();
  const failed = socket.next('error');
  socket.send({ type: 'compact_request', instructions: promptScript({ status: 401, message: 'RAW' }) });
  const text =
    'Compact failed: API Error: 401 The model service did not accept the key. Ask whoever runs this server to check PROXY_API_KEY.';
  expect(await failed).toMatchObject({ type: 'error', error: text });
  const { messages } = await historyOf(token, sessionId);
  expect(messages.at(-1)).toMatchObject({ role: 'system', content: text, metadata: { event_type: 'error' } });
});

test.each([
  { name: 'a number', instructions: 7 },
  { name: 'a text too long', instructions: 'x'.repeat(4_001) },
])('instructions that are $name are refused, and nothing begins', async ({ instructions }) => {
  const { socket } = await talk();
  const refused = socket.next('error');
  socket.send({ type: 'compact_request', instructions });
  expect(await refused).toEqual({
    type: 'error',
    error: 'Invalid compact request: instructions has to be a text of at most 4000 characters',
  });
});

test('a secret in a summary is masked for whoever reads it', async () => {
  const { socket, token, sessionId } = await talk();
  const completed = socket.next('compact_completed');
  const secret = 'ghp_abcdefghijklmnopqrstuvwxyz0123456789';
  socket.send({ type: 'compact_request', instructions: summary(`The token is ${secret}.`) });
  expect(JSON.stringify(await completed)).not.toContain(secret);
  expect(JSON.stringify(await historyOf(token, sessionId))).not.toContain(secret);
  expect(socket.events.filter(isTold).length).toBeGreaterThan(0);
});

describe('by HTTP', () => {
  const compact = (token: string, id: string, body?: unknown) =>
    send('POST', `/api/v1/sessions/${id}/compact`, { token, body });

  test('a request is accepted and told to those who watch', async () => {
    const { socket, token, sessionId } = await talk();
    const completed = socket.next('compact_completed');
    const response = await compact(token, sessionId, { instructions: summary('Asked for by HTTP.') });
    expect([response.status, await response.json()]).toEqual([202, { status: 'accepted' }]);
    expect(await completed).toMatchObject({ summary: 'Asked for by HTTP.' });
  });

  test('a request needs no body', async () => {
    const { socket, token, sessionId } = await talk();
    const completed = socket.next('compact_completed');
    expect((await compact(token, sessionId)).status).toBe(202);
    await completed;
  });

  test('a session in which nothing was said has nothing to summarise', async () => {
    const { token } = await newUser();
    const made = await send('POST', '/api/v1/sessions', { token, body: {} });
    const { session_id: id } = SessionReady.parse(await made.json());
    const response = await compact(token, id);
    expect([response.status, await response.json()]).toEqual([
      409,
      { detail: 'No active SDK session to compact' },
    ]);
  });

  test('the session of another user is not there, and stays as it is', async () => {
    const { sessionId } = await talk();
    const { token } = await newUser();
    expect((await compact(token, sessionId)).status).toBe(404);
  });

  test('a body that makes no sense gets 422', async () => {
    const { token, sessionId } = await talk();
    expect((await compact(token, sessionId, { instructions: 7 })).status).toBe(422);
  });
});
