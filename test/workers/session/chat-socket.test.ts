import { expect, test } from 'vitest';
import { promptScript } from '#test/support/prompt-script.ts';
import { mintToken, newUser, send } from '../../support/workers/accounts.ts';
import { connectSocket, openSocket, textOfDeltas, unnumbered } from '../../support/workers/socket.ts';

const usage = {
  input_tokens: expect.any(Number),
  output_tokens: expect.any(Number),
  cache_creation_input_tokens: expect.any(Number),
  cache_read_input_tokens: expect.any(Number),
  context_window: expect.any(Number),
};

const done = (steps: number) => ({
  type: 'done',
  turn_count: steps,
  total_cost_usd: expect.any(Number),
  turn_cost_usd: expect.any(Number),
  duration_ms: expect.any(Number),
  duration_api_ms: expect.any(Number),
  is_error: false,
  usage,
});

test('a new session: ready with a cwd id, then the events of a plain answer in their order', async () => {
  const { token } = await newUser();
  const { socket, ready } = await connectSocket({ token });
  expect(ready).toEqual({ type: 'ready', cwd_id: expect.stringMatching(/^[0-9a-f-]{36}$/) });

  const events = await socket.say(promptScript({ blocks: [{ text: ['Good ', 'morning, ', 'you'] }] }));
  const sessionId = ready.type === 'ready' ? ready.cwd_id : '';
  expect(unnumbered(events)).toEqual([
    { type: 'session_id', session_id: sessionId },
    { type: 'text_delta', text: 'Good ' },
    { type: 'text_delta', text: 'morning, ' },
    { type: 'text_delta', text: 'you' },
    { type: 'assistant_text', text: 'Good morning, you' },
    done(1),
  ]);
});

test.each([
  { name: 'an agent id that is too long', query: { agent_id: 'x'.repeat(129) } },
  { name: 'an empty last_event', query: { last_event: '' } },
  { name: 'a last_event that is no number', query: { last_event: 'soon' } },
])('$name is like none', async ({ query }) => {
  const { token } = await newUser();
  const { socket } = await connectSocket({ token, ...query });
  await socket.say('hello');
  expect(new Set(socket.types())).toEqual(
    new Set(['ready', 'session_id', 'text_delta', 'assistant_text', 'done']),
  );
});

test('a turn with thinking and a tool: each message closed before its call, the result before the next message', async () => {
  const { token } = await newUser();
  const { socket } = await connectSocket({ token });
  const events = await socket.say(
    promptScript(
      {
        blocks: [
          { thinking: ['a plan'], signature: 'sig' },
          { text: ['I will write. '] },
          { tool: 'Write', id: 'call_1', input: { file_path: '/workspace/output/a.txt', content: 'hi' } },
        ],
      },
      { blocks: [{ text: ['Written. '] }] },
    ),
  );
  expect(unnumbered(events)).toEqual([
    { type: 'session_id', session_id: expect.any(String) },
    { type: 'content_block', block: { type: 'ThinkingBlock', thinking: 'a plan', signature: 'sig' } },
    { type: 'text_delta', text: 'I will write. ' },
    { type: 'assistant_text', text: 'I will write. ' },
    {
      type: 'tool_use',
      id: 'call_1',
      name: 'Write',
      input: { file_path: '/workspace/output/a.txt', content: 'hi' },
    },
    { type: 'tool_result', tool_use_id: 'call_1', content: expect.any(String), is_error: false },
    { type: 'text_delta', text: 'Written. ' },
    { type: 'assistant_text', text: 'Written. ' },
    done(2),
  ]);
});

test('a session that was left is taken up again, with its count of turns and its memory', async () => {
  const { token } = await newUser();
  const { socket, ready } = await connectSocket({ token });
  const sessionId = ready.type === 'ready' ? ready.cwd_id : '';
  await socket.say('first');
  await socket.close();

  const again = await connectSocket({ token, session_id: sessionId });
  expect(again.ready).toEqual({
    type: 'ready',
    cwd_id: sessionId,
    session_id: sessionId,
    resumed: true,
    turn_count: 1,
  });
  const events = await again.socket.say('second');
  expect(textOfDeltas(events)).toBe('You said: second');
  const listed: unknown = await (await send('GET', '/api/v1/sessions', { token })).json();
  expect(listed).toMatchObject([{ session_id: sessionId, turn_count: 2, first_message: 'first' }]);
});

test('every socket of a session sees the same; only those that count events see the prompts', async () => {
  const { token } = await newUser();
  const first = await connectSocket({ token, last_event: '0' });
  await first.socket.say('hello', { message_id: 'm-1' });
  const sessionId = first.ready.type === 'ready' ? first.ready.cwd_id : '';
  const old = await connectSocket({ token, session_id: sessionId });
  const counting = await connectSocket({ token, session_id: sessionId, last_event: '9999' });

  const [from, fromOld, fromCounting] = [first, old, counting].map(({ socket }) => socket.events.length);
  const oldEnd = old.socket.next('done');
  const countingEnd = counting.socket.next('done');
  await first.socket.say('again', { message_id: 'm-2' });
  await Promise.all([oldEnd, countingEnd]);

  const prompt = { type: 'user_message', content: 'again', message_id: 'm-2' };
  const mine = first.socket.events.slice(from);
  expect(unnumbered(mine)[1]).toEqual(prompt);
  expect(counting.socket.events.slice(fromCounting)).toEqual(mine);
  expect(old.socket.events.slice(fromOld)).toEqual(mine.filter(({ type }) => type !== 'user_message'));
});

test('messages sent while a turn runs wait, and run in their order', async () => {
  const { token } = await newUser();
  const { socket } = await connectSocket({ token });
  let ends = 0;
  const third = socket.when(({ type }) => type === 'done' && ++ends === 3);
  socket.send({ content: promptScript({ blocks: [{ text: ['one'] }], delayMs: 20 }) });
  socket.send({ content: 'two' });
  socket.send({ content: 'three' });
  await third;
  expect(socket.events.flatMap((event) => (event.type === 'assistant_text' ? [event.text] : []))).toEqual([
    'one',
    'You said: two',
    'You said: three',
  ]);
});

test('a prompt that is sent again with its id changes nothing', async () => {
  const { token } = await newUser();
  const { socket } = await connectSocket({ token });
  await socket.say('hello', { message_id: 'same' });
  socket.send({ content: 'hello', message_id: 'same' });
  await socket.say('next');
  expect(socket.types().filter((type) => type === 'done')).toHaveLength(2);
});

test('cancelling: nothing runs, one answer; a running turn ends at once, with what was shown kept', async () => {
  const { token } = await newUser();
  const { socket, ready } = await connectSocket({ token });
  const idle = socket.next('cancelled');
  socket.send({ type: 'cancel_request' });
  await idle;

  const shown = socket.next('text_delta');
  const end = socket.next('cancelled');
  socket.send({ content: promptScript({ blocks: [{ text: ['Once upon a time ', 'more'] }], hangAfter: 1 }) });
  await shown;
  socket.send({ type: 'cancel' });
  await end;
  expect(socket.types()).toEqual(['ready', 'cancelled', 'session_id', 'text_delta', 'cancelled']);

  const sessionId = ready.type === 'ready' ? ready.cwd_id : '';
  const history: unknown = await (
    await send('GET', `/api/v1/sessions/${sessionId}/history`, { token })
  ).json();
  expect(history).toMatchObject({
    turn_count: 1,
    messages: [
      { role: 'user' },
      { role: 'assistant', content: 'Once upon a time ', metadata: { cancelled: true } },
    ],
  });
  // The turn after a cancelled one is answered by itself
  expect(textOfDeltas(await socket.say('and now'))).toBe('You said: and now');
});

test('cancelling inside a running tool gives the open call its result', async () => {
  const { token } = await newUser();
  const { socket } = await connectSocket({ token });
  const called = socket.next('tool_use');
  const end = socket.next('cancelled');
  socket.send({
    content: promptScript({ blocks: [{ tool: 'Bash', id: 'call_1', input: { command: 'sleep 30' } }] }),
  });
  await called;
  const from = Date.now();
  socket.send({ type: 'cancel_request' });
  await end;
  expect(Date.now() - from).toBeLessThan(2_000);
  expect(unnumbered(socket.events.slice(-2))).toEqual([
    { type: 'tool_result', tool_use_id: 'call_1', content: '[Request interrupted by user]', is_error: true },
    { type: 'cancelled' },
  ]);
});

test.each([
  {
    name: 'no JSON',
    frame: 'hello',
    error: 'Invalid message: expected a JSON object such as {"content": "hello"}',
  },
  {
    name: 'a list',
    frame: [1],
    error: 'Invalid message: expected a JSON object such as {"content": "hello"}',
  },
  { name: 'nothing said', frame: {}, error: 'Empty content' },
  { name: 'an empty text', frame: { content: '' }, error: 'Empty content' },
  { name: 'an empty list', frame: { content: [] }, error: 'Empty content' },
  { name: 'zero', frame: { content: 0 }, error: 'Empty content' },
  {
    name: 'a number',
    frame: { content: 7 },
    error: 'Invalid content format: Unsupported content type: int. Expected str, list, or dict',
  },
  {
    name: 'a block of another type',
    frame: { content: [{ type: 'text', text: 'x' }, { type: 'video' }] },
    error:
      "Invalid content format: Invalid content block at index 1: Invalid block type 'video'. Must be 'text' or 'image'",
  },
  {
    name: 'a block without type',
    frame: { content: [{ text: 'x' }] },
    error: "Invalid content format: Invalid content block at index 0: Content block must have a 'type' field",
  },
  {
    name: 'no block',
    frame: { content: ['x'] },
    error: 'Invalid content format: Invalid content block at index 0: Block must be a dictionary, got str',
  },
  {
    name: 'base64 without data',
    frame: { content: { type: 'image', source: { type: 'base64' } } },
    error: "Invalid content format: Image source with type 'base64' must have a 'data' field",
  },
  {
    name: 'nothing to compact',
    frame: { type: 'compact_request' },
    error: 'No active SDK session to compact',
  },
])('$name gets an error event, and the connection stays', async ({ frame, error }) => {
  const { token } = await newUser();
  const { socket } = await connectSocket({ token });
  const answer = socket.next('error');
  socket.send(frame);
  expect(await answer).toEqual({ type: 'error', error });
  expect(textOfDeltas(await socket.say('still here'))).toBe('You said: still here');
});

test('content may be one block or several; type is of no matter', async () => {
  const { token } = await newUser();
  const { socket } = await connectSocket({ token });
  const texts = [
    { type: 'text', text: 'one' },
    [
      { type: 'text', text: 'one' },
      { type: 'text', text: 'two' },
    ],
  ];
  expect(textOfDeltas(await socket.say(texts[0], { type: 'user_message' }))).toBe('You said: one');
  expect(textOfDeltas(await socket.say(texts[1]))).toBe('You said: two');
});

test('what the model service refuses is told in our words, as text and a turn that ended in error', async () => {
  const { token } = await newUser();
  const { socket } = await connectSocket({ token });
  const events = await socket.say(promptScript({ status: 400, message: 'secret internals' }));
  expect(events.map(({ type }) => type)).toEqual(['session_id', 'assistant_text', 'done']);
  expect(events[1]).toMatchObject({ text: expect.stringMatching(/^API Error: 400 /) });
  expect(events[2]).toMatchObject({ is_error: true });
  expect(JSON.stringify(events)).not.toContain('secret internals');
});

test('a secret that is split over deltas is masked for every reader, and stays whole for the model', async () => {
  const { token } = await newUser();
  const { socket, ready } = await connectSocket({ token });
  const secret = 'sk-ant-api03-abcdefghijklmnopqrstuvwxyz';
  const events = await socket.say(
    promptScript({
      blocks: [{ text: ['Your key is sk-', 'ant-api03-abcdefghij', 'klmnopqrstuvwxyz and', ' that is it.'] }],
    }),
  );
  expect(textOfDeltas(events)).toBe('Your key is ***REDACTED*** and that is it.');
  const sessionId = ready.type === 'ready' ? ready.cwd_id : '';
  const outlets = await Promise.all(
    [
      `/sessions/${sessionId}/history`,
      '/sessions',
      '/sessions/search?query=Your',
      `/sessions/${sessionId}/export`,
    ].map(async (path) => (await send('GET', `/api/v1${path}`, { token })).text()),
  );
  expect(JSON.stringify([events, outlets])).not.toContain(secret);
});

test.each([
  { name: 'no token', query: {}, close: { code: 1008, reason: 'Authentication token required' } },
  {
    name: 'a bad token',
    query: { token: 'x.y.z' },
    close: { code: 1008, reason: 'Invalid or expired JWT token' },
  },
])('$name: accepted, then closed with $close.code', async ({ query, close }) => {
  expect(await (await openSocket(query)).closed).toEqual(close);
});

test('tokens that name nobody are closed with 4001', async () => {
  const { refresh } = await newUser();
  for (const token of [refresh, await mintToken({ type: 'access' })]) {
    expect(await (await openSocket({ token })).closed).toEqual({
      code: 4001,
      reason: 'Token missing username',
    });
  }
});

test.each(['11111111-2222-3333-4444-555555555555', '../other', 'pending-nothing'])(
  'a session that is not there (%s): an error event, then 4004',
  async (sessionId) => {
    const { token } = await newUser();
    const socket = await openSocket({ token, session_id: sessionId });
    expect(await socket.closed).toEqual({ code: 4004, reason: 'Session not found' });
    expect(socket.events).toEqual([
      { type: 'error', error: `Session '${sessionId.replace(/^pending-/, '')}' not found` },
    ]);
  },
);

test("another user's session is not there", async () => {
  const owner = await newUser();
  const { socket, ready } = await connectSocket({ token: owner.token });
  await socket.say('mine');
  const stranger = await newUser();
  const attempt = await openSocket({
    token: stranger.token,
    session_id: ready.type === 'ready' ? ready.cwd_id : '',
  });
  expect((await attempt.closed).code).toBe(4004);
});

test('an unknown agent is the default one', async () => {
  const { token } = await newUser();
  const { socket } = await connectSocket({ token, agent_id: 'nobody-x' });
  expect(textOfDeltas(await socket.say('hello'))).toBe('You said: hello');
});
