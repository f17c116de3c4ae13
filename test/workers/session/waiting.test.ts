import { abortAllDurableObjects, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import type { FakeAnswer } from '#test/support/fake-messages-api.ts';
import { promptScript } from '#test/support/prompt-script.ts';
import { newUser, send } from '../../support/workers/accounts.ts';
import { clientView } from '../../support/workers/client-view.ts';
import { connectSocket, textOfDeltas, unnumbered } from '../../support/workers/socket.ts';

const questions = [
  {
    question: 'Which colour?',
    header: 'Colour',
    options: [
      { label: 'Red', description: '' },
      { label: 'Blue', description: '' },
    ],
    multiSelect: false,
  },
];
const asks = (id: string, input: object = { questions }): FakeAnswer => ({
  blocks: [{ tool: 'AskUserQuestion', id, input }],
});
const plans = (id: string): FakeAnswer => ({
  blocks: [{ tool: 'ExitPlanMode', id, input: { plan: '# Tidy up\n\nIn two steps:\n\n1. Look\n2. Move' } }],
});
const writes = (id: string): FakeAnswer => ({
  blocks: [{ tool: 'Write', id, input: { file_path: '/workspace/output/a.txt', content: 'x' } }],
});
const says = (text: string): FakeAnswer => ({ blocks: [{ text: [text] }] });

async function start(...steps: FakeAnswer[]) {
  const user = await newUser();
  const { socket, ready } = await connectSocket({ token: user.token, last_event: '0' });
  const sessionId = ready.type === 'ready' ? ready.cwd_id : '';
  return { ...user, socket, sessionId, prompt: promptScript(...steps) };
}

const stateOf = (username: string, sessionId: string) =>
  runInDurableObject(env.CHAT_SESSION.getByName(`${username}/${sessionId}`), async (_, { storage }) => ({
    waiting: storage.sql.exec('SELECT waiting FROM session').one()['waiting'],
    alarm: await storage.getAlarm(),
  }));

test('a question: asked before its call, answered from anywhere, told to the model, and the turn goes on', async () => {
  const { token, username, socket, sessionId, prompt } = await start(asks('q1'), says('Red it is.'));
  const asked = socket.next('tool_use');
  const done = socket.next('done');
  socket.send({ content: prompt });
  await asked;
  await expect.poll(() => stateOf(username, sessionId)).toEqual({ waiting: '["q1"]', alarm: null });

  const other = await connectSocket({ token, session_id: sessionId });
  const otherDone = other.socket.next('done');
  const replay = [...other.socket.events];
  if (!replay.some(({ type }) => type === 'ask_user_question')) await other.socket.next('ask_user_question');
  other.socket.send({ type: 'user_answer', question_id: 'q1', answers: { 'Which colour?': 'Red' } });
  await Promise.all([done, otherDone]);
  expect(unnumbered(socket.events.slice(3, 7))).toEqual([
    { type: 'ask_user_question', question_id: 'q1', questions, timeout: 60 },
    { type: 'tool_use', id: 'q1', name: 'AskUserQuestion', input: { questions } },
    { type: 'reply_taken', tool_use_id: 'q1' },
    {
      type: 'tool_result',
      tool_use_id: 'q1',
      content:
        'User has answered your questions: "Which colour?"="Red". You can now continue with the user\'s answers in mind.',
      is_error: false,
    },
  ]);
  const history: { messages: { role: string; content: string }[] } = await (
    await send('GET', `/api/v1/sessions/${sessionId}/history`, { token })
  ).json();
  expect(history.messages.filter(({ role }) => role === 'tool_result').map(({ content }) => content)[0]).toBe(
    '{"Which colour?":"Red"}',
  );
  expect(await stateOf(username, sessionId)).toEqual({ waiting: '[]', alarm: null });
});

test('a question survives a crash: asked again to who comes back, answered after it, nothing doubled', async () => {
  const { token, username, socket, sessionId, prompt } = await start(asks('q1'), says('Blue then.'));
  const asked = socket.next('tool_use');
  socket.send({ content: prompt });
  await asked;
  await expect.poll(() => stateOf(username, sessionId)).toMatchObject({ waiting: '["q1"]' });
  const before = [...socket.events];
  const last = Math.max(...before.map((event) => ('event_id' in event ? (event.event_id ?? 0) : 0)));
  await abortAllDurableObjects();

  const back = await connectSocket({ token, session_id: sessionId, last_event: String(last) });
  const again = back.socket.events.find(({ type }) => type === 'ask_user_question');
  expect(again ?? (await back.socket.next('ask_user_question'))).toEqual({
    type: 'ask_user_question',
    question_id: 'q1',
    questions,
    timeout: 60,
  });
  const done = back.socket.next('done');
  back.socket.send({
    type: 'answer',
    question_id: 'q1',
    answers: { 'Which colour?': ['Blue', 'Other: teal'] },
  });
  await done;
  expect(textOfDeltas(back.socket.events)).toBe('Blue then.');

  const fresh = await connectSocket({ token, session_id: sessionId, last_event: '0' });
  await fresh.socket.when(({ type }) => type === 'done');
  expect(clientView(fresh.socket.events).filter((item) => 'text' in item)).toEqual([{ text: 'Blue then.' }]);
});

test('the first answer wins; a second one, and one to nothing, change nothing', async () => {
  const { socket, prompt } = await start(asks('q1'), says('ok'));
  const asked = socket.next('tool_use');
  const done = socket.next('done');
  socket.send({ content: prompt });
  await asked;
  socket.send({ type: 'user_answer', question_id: 'nothing', answers: { a: 'b' } });
  socket.send({ type: 'user_answer', question_id: 'q1', answers: { 'Which colour?': 'Red' } });
  socket.send({ type: 'user_answer', question_id: 'q1', answers: { 'Which colour?': 'Blue' } });
  await done;
  const results = socket.events.filter(({ type }) => type === 'tool_result');
  expect(results).toHaveLength(1);
  expect(JSON.stringify(results)).toContain('Red');
});

test('an answer at once, while another call of the same message still runs, is not lost', async () => {
  const both: FakeAnswer = {
    blocks: [
      { tool: 'Bash', id: 'b1', input: { command: 'sleep 1; echo done' } },
      { tool: 'AskUserQuestion', id: 'q1', input: { questions } },
    ],
  };
  const { socket, prompt } = await start(both, says('ok'));
  const asked = socket.next('ask_user_question');
  const done = socket.next('done');
  socket.send({ content: prompt });
  await asked;
  socket.send({ type: 'user_answer', question_id: 'q1', answers: { 'Which colour?': 'Red' } });
  await done;
  expect(socket.events.filter(({ type }) => type === 'tool_result')).toHaveLength(2);
});

test.each([
  {
    name: 'skipped',
    answers: {},
    content: 'The user skipped the questions. Do not guess what they would have said.',
  },
])('a question that is $name is an error for the model, and no guess', async ({ answers, content }) => {
  const { socket, prompt } = await start(asks('q1'), says('ok'));
  const asked = socket.next('tool_use');
  const done = socket.next('done');
  socket.send({ content: prompt });
  await asked;
  socket.send({ type: 'user_answer', question_id: 'q1', answers });
  await done;
  expect(socket.events.find(({ type }) => type === 'tool_result')).toMatchObject({ content, is_error: true });
});

test('questions as JSON text are read; malformed ones get a result at once and nobody is asked', async () => {
  const { socket, prompt } = await start(
    asks('q1', { questions: 'no list' }),
    asks('q2', { questions: JSON.stringify(questions) }),
    says('ok'),
  );
  const asked = socket.next('ask_user_question');
  const done = socket.next('done');
  socket.send({ content: prompt });
  expect(await asked).toMatchObject({ question_id: 'q2', questions });
  expect(socket.events.find(({ type }) => type === 'tool_result')).toMatchObject({
    tool_use_id: 'q1',
    is_error: true,
  });
  socket.send({ type: 'user_answer', question_id: 'q2', answers: { 'Which colour?': 'Red' } });
  await done;
});

test('cancelling while a question waits ends the turn; what was queued runs next', async () => {
  const { socket, prompt } = await start(asks('q1'), says('never'));
  const asked = socket.next('tool_use');
  socket.send({ content: prompt });
  await asked;
  const done = socket.next('done');
  socket.send({ content: 'queued' });
  socket.send({ type: 'cancel_request' });
  await done;
  expect(socket.types().filter((type) => ['tool_result', 'cancelled', 'done'].includes(type))).toEqual([
    'tool_result',
    'cancelled',
    'done',
  ]);
  expect(textOfDeltas(socket.events)).toBe('You said: queued');
});

test.each([
  {
    name: 'approved',
    reply: { approved: true },
    content: 'The user has approved your plan. You can now carry it out.',
    wrote: true,
  },
  {
    name: 'approved with changes',
    reply: { approved: true, feedback: 'only look' },
    content: 'The user has approved your plan with changes: only look\nCarry it out with them.',
    wrote: true,
  },
  {
    name: 'rejected with feedback',
    reply: { approved: false, feedback: 'too bold' },
    content: 'The user rejected the plan. They say: too bold You are still planning.',
    wrote: false,
  },
])('a plan that is $name', async ({ reply, content, wrote }) => {
  const { socket, prompt } = await start(
    { blocks: [{ tool: 'EnterPlanMode', id: 'e1', input: {} }] },
    writes('w0'),
    plans('p1'),
    writes('w1'),
    says('end'),
  );
  const shown = socket.next('plan_approval');
  const done = socket.next('done');
  socket.send({ content: prompt });
  expect(await shown).toMatchObject({
    plan_id: 'p1',
    title: 'Tidy up',
    steps: [
      { description: 'Look', status: 'pending' },
      { description: 'Move', status: 'pending' },
    ],
    timeout: 120,
  });
  socket.send({ type: 'plan_approval_response', plan_id: 'p1', ...reply });
  await done;
  const result = (id: string) =>
    socket.events.find((event) => event.type === 'tool_result' && event.tool_use_id === id);
  expect(result('w0')).toMatchObject({ is_error: true });
  expect(result('p1')).toMatchObject({ content });
  expect(result('w1')).toMatchObject({ is_error: !wrote });
});

test('a mode that was set is told to who comes back', async () => {
  const { token, socket, sessionId } = await start();
  await socket.say('hello');
  const told = socket.next('permission_mode');
  socket.send({ type: 'set_permission_mode', mode: 'plan' });
  await told;
  const back = await connectSocket({ token, session_id: sessionId, last_event: '9999' });
  expect(back.socket.events[1] ?? (await back.socket.next('permission_mode'))).toEqual({
    type: 'permission_mode',
    mode: 'plan',
  });
});

test('a mode that asks: the call waits for consent, which is asked for once and decides', async () => {
  const { socket, prompt } = await start(writes('w1'), writes('w2'), says('end'));
  socket.send({ type: 'set_permission_mode', mode: 'default' });
  const asked = socket.next('approval_request');
  const done = socket.next('done');
  socket.send({ content: prompt });
  expect(await asked).toMatchObject({ approval_id: 'w1', tool: 'Write', input: { content: 'x' } });
  const second = socket.next('approval_request');
  socket.send({ type: 'approval_response', approval_id: 'w1', approved: true });
  expect(await second).toMatchObject({ approval_id: 'w2' });
  socket.send({ type: 'approval_response', approval_id: 'w2', approved: false, feedback: 'enough' });
  await done;
  expect(socket.events.filter(({ type }) => type === 'approval_request')).toHaveLength(2);
  expect(socket.events.filter(({ type }) => type === 'tool_result')).toMatchObject([
    { tool_use_id: 'w1', is_error: false },
    {
      tool_use_id: 'w2',
      is_error: true,
      content: 'The user did not allow this call of Write. They say: enough',
    },
  ]);
});

test.each([
  {
    name: 'a question',
    step: asks('x'),
    content: /^The user gave no answer within \d+ seconds\. This is not consent/,
  },
  {
    name: 'a plan',
    step: plans('x'),
    content: /^Nobody approved the plan within \d+ seconds, which counts as a rejection/,
  },
])(
  '$name whose deadline passes gets the typed absence of an answer, and the turn goes on',
  async ({ step, content }) => {
    const { username, socket, sessionId, prompt } = await start(step, says('I wait.'));
    const asked = socket.next('tool_use');
    const done = socket.next('done');
    socket.send({ content: prompt });
    await asked;
    await expect.poll(() => stateOf(username, sessionId)).toMatchObject({ waiting: '["x"]' });
    const stub = env.CHAT_SESSION.getByName(`${username}/${sessionId}`);
    await runInDurableObject(stub, async (_, { storage }) => {
      storage.sql.exec('UPDATE session SET waiting_until = 1');
      await storage.setAlarm(Date.now() + 60_000);
    });
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    await done;
    const result = socket.events.find(({ type }) => type === 'tool_result');
    expect(result).toMatchObject({ is_error: true, content: expect.stringMatching(content) });
    expect(await stateOf(username, sessionId)).toEqual({ waiting: '[]', alarm: null });
  },
);

test('of two questions one is answered: a page that is loaded while the turn goes on is asked the other', async () => {
  const { token, username, socket, sessionId, prompt } = await start(
    {
      blocks: [
        { tool: 'AskUserQuestion', id: 'q1', input: { questions } },
        { tool: 'AskUserQuestion', id: 'q2', input: { questions } },
        { tool: 'Bash', id: 'b1', input: { command: 'true' } },
      ],
    },
    says('Both known.'),
  );
  socket.send({ content: prompt });
  await expect.poll(() => stateOf(username, sessionId)).toMatchObject({ waiting: '["q1","q2"]' });
  socket.send({ type: 'user_answer', question_id: 'q1', answers: { 'Which colour?': 'Red' } });
  // Comes while the turn runs again, or has parked again: in both cases q2 is open, and q1 is not
  const late = await connectSocket({ token, session_id: sessionId });
  const asked = late.socket.events.find(({ type }) => type === 'ask_user_question');
  expect(asked ?? (await late.socket.next('ask_user_question'))).toMatchObject({ question_id: 'q2' });
  await expect.poll(() => stateOf(username, sessionId)).toMatchObject({ waiting: '["q2"]' });
  const done = late.socket.next('done');
  late.socket.send({ type: 'user_answer', question_id: 'q2', answers: { 'Which colour?': 'Blue' } });
  await done;
  expect(late.socket.events.filter(({ type }) => type === 'ask_user_question')).toHaveLength(1);
});

test('the second of two calls is allowed first: it runs later, and everyone knows at once that it is decided', async () => {
  const write = (id: string) => ({
    tool: 'Write',
    id,
    input: { file_path: `/workspace/output/${id}.txt`, content: 'x' },
  });
  const { token, username, socket, sessionId, prompt } = await start(
    { blocks: [write('w1'), write('w2')] },
    says('end'),
  );
  socket.send({ type: 'set_permission_mode', mode: 'default' });
  socket.send({ content: prompt });
  await expect.poll(() => stateOf(username, sessionId)).toMatchObject({ waiting: '["w1","w2"]' });
  const other = await connectSocket({ token, session_id: sessionId, last_event: '0' });
  const older = await connectSocket({ token, session_id: sessionId });
  const taken = other.socket.next('reply_taken');
  socket.send({ type: 'approval_response', approval_id: 'w2', approved: true });
  expect(await taken).toEqual({ type: 'reply_taken', tool_use_id: 'w2' });
  await expect.poll(() => stateOf(username, sessionId)).toMatchObject({ waiting: '["w1"]' });
  expect(socket.events.some(({ type }) => type === 'tool_result')).toBe(false);

  const refused = other.socket.next('error');
  other.socket.send({ type: 'approval_response', approval_id: 'w2', approved: false });
  expect(await refused).toEqual({
    type: 'error',
    error: 'This was answered already, and the first answer counts.',
    tool_use_id: 'w2',
  });
  const fresh = await connectSocket({ token, session_id: sessionId, last_event: '0' });
  await fresh.socket.when((event) => event.type === 'reply_taken' && event.tool_use_id === 'w2');

  const done = older.socket.next('done');
  older.socket.send({ type: 'approval_response', approval_id: 'w1', approved: true });
  await done;
  expect(socket.events.filter(({ type }) => type === 'tool_result')).toMatchObject([
    { tool_use_id: 'w1', is_error: false },
    { tool_use_id: 'w2', is_error: false },
  ]);
  expect(older.socket.events.some(({ type }) => type === 'reply_taken')).toBe(false);
});

test('who replies by a call of the object is told where the reply comes too late', async () => {
  const { username, socket, sessionId, prompt } = await start(asks('q1'), says('ok'));
  const done = socket.next('done');
  socket.send({ content: prompt });
  await expect.poll(() => stateOf(username, sessionId)).toMatchObject({ waiting: '["q1"]' });
  const stub = env.CHAT_SESSION.getByName(`${username}/${sessionId}`);
  const answer = (colour: string) => ({ kind: 'answers', answers: { 'Which colour?': colour } }) as const;
  expect(await stub.reply('q1', answer('Red'))).toBeNull();
  await done;
  const late = 'This was answered already, and the first answer counts.';
  expect(await stub.reply('q1', answer('Blue'))).toBe(late);
  expect(await stub.replyFromChat('q1', answer('Blue'), 'telegram/1')).toBe(late);
  expect(await stub.replyFromChat('q1', answer('Red'), 'telegram/1')).toBeNull();
});

test.each([
  { name: 'a plan that is gone', reply: { type: 'plan_approval_response', plan_id: 'p1', approved: true } },
  { name: 'a call that is gone', reply: { type: 'approval_response', approval_id: 'p1', approved: true } },
  { name: 'a question that is gone', reply: { type: 'user_answer', question_id: 'p1', answers: {} } },
])('a reply to $name: who sent it is told, and nothing changes', async ({ reply }) => {
  const { socket, prompt } = await start(says('Nothing was asked.'));
  await socket.say(prompt);
  const told = socket.next('error');
  socket.send(reply);
  expect(await told).toEqual({
    type: 'error',
    error: 'Nothing waits for this answer any more: it was answered, or the turn has ended.',
    tool_use_id: 'p1',
  });
  expect(textOfDeltas(await socket.say('hello'))).toBe('You said: hello');
});
