import { abortAllDurableObjects, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import type { ServerEvent } from '#protocol/server-event.ts';
import type { FakeAnswer } from '#test/support/fake-messages-api.ts';
import { promptScript } from '#test/support/prompt-script.ts';
import { connectSocket } from '../../support/workers/socket.ts';
import { calls, hands, says, start } from '../../support/workers/tasks.ts';

const rows = (username: string, sessionId: string, query: string) =>
  runInDurableObject(env.CHAT_SESSION.getByName(`${username}/${sessionId}`), (_, { storage }) =>
    storage.sql.exec(query).toArray(),
  );
const texts = (events: readonly ServerEvent[]) =>
  events.flatMap((event) => (event.type === 'assistant_text' ? [event.text] : []));
const ids = (events: readonly ServerEvent[]) =>
  events.flatMap((event) =>
    event.type === 'tool_use'
      ? [`use ${event.id}`]
      : event.type === 'tool_result'
        ? [`result ${event.tool_use_id}`]
        : [],
  );
const lastId = (events: readonly ServerEvent[]) =>
  Math.max(...events.map((event) => ('event_id' in event ? (event.event_id ?? 0) : 0)));

const edit = { file_path: 'a.md', old_string: 'old', new_string: 'new' };
const asks = calls('q1', 'AskUserQuestion', {
  questions: [
    { question: 'Which?', header: 'W', options: [{ label: 'a', description: '' }], multiSelect: false },
  ],
});
const answer = { type: 'user_answer', question_id: 'q1', answers: { 'Which?': 'a' } };
const endless: FakeAnswer = {
  blocks: [{ text: ['a text that is long enough to be seen. ', 'ends'] }],
  hangAfter: 1,
};

/** A session in which changes need consent, with a file to change. */
async function startAsking() {
  const started = await start();
  await started.socket.say(
    promptScript(calls('w1', 'Write', { file_path: 'a.md', content: 'old words' }), says('written')),
  );
  started.socket.send({ type: 'set_permission_mode', mode: 'default' });
  return started;
}
const editing = (...steps: FakeAnswer[]) => hands({ id: 't1', steps, type: 'writing-tools:editor' });

test('consent that a subagent asks for after a crash can be given', async () => {
  const { socket, token, sessionId } = await startAsking();
  const inside = socket.when((event) => event.type === 'tool_result' && event.tool_use_id === 'r0');
  const steps = [
    calls('r0', 'Read', { file_path: 'a.md' }),
    { ...calls('r1', 'Edit', edit), delayMs: 150 },
    says('Edited.'),
  ];
  socket.send({ content: promptScript(editing(...steps), says('All good.')) });
  await inside;
  await abortAllDurableObjects();
  const back = await connectSocket({ token, session_id: sessionId, last_event: '0' });
  if (!back.socket.events.some(({ type }) => type === 'approval_request'))
    await back.socket.next('approval_request');
  const done = back.socket.when((event) => event.type === 'assistant_text' && event.text === 'All good.');
  back.socket.send({ type: 'approval_response', approval_id: 'r1', approved: true });
  await done;
  expect(ids(back.socket.events).slice(2)).toEqual([
    'use t1',
    'use r0',
    'result r0',
    'use r1',
    'result r1',
    'result t1',
  ]);
});

test('cancelling while a subagent waits for consent closes its call, too', async () => {
  const { socket } = await startAsking();
  const asked = socket.next('approval_request');
  const end = socket.next('cancelled');
  socket.send({ content: promptScript(editing(calls('r1', 'Edit', edit), says('x')), says('y')) });
  await asked;
  socket.send({ type: 'cancel_request' });
  await end;
  expect(ids(socket.events).slice(2).toSorted()).toEqual(['result r1', 'result t1', 'use r1', 'use t1']);
});

test('a turn that fails ends its tasks in the background, with all their calls answered and paid for', async () => {
  const { socket, username, sessionId } = await start();
  const slow = [1, 2, 3, 4].map((n) => ({ ...calls(`r${n}`, 'Glob', { pattern: '*' }), delayMs: 40 }));
  const failing: FakeAnswer[] = [
    hands({ id: 't1', steps: slow, background: true }),
    { ...calls('b1', 'Bash', { command: 'sleep 1' }) },
    { status: 400, message: 'x' },
  ];
  await socket.say(promptScript(...failing));
  const entries = await rows(username, sessionId, 'SELECT seq, position, body FROM entry ORDER BY seq');
  expect(entries.at(-1)).toMatchObject({ body: expect.stringMatching(/^\{"kind":"end"/) });
  const positions = entries.map(({ position }) => Number(position)).filter((position) => position > 0);
  expect(positions).toEqual(positions.toSorted((one, other) => one - other));
  const told = ids(socket.events);
  for (const use of told.filter((one) => one.startsWith('use')))
    expect(told).toContain(use.replace('use', 'result'));
  expect(await rows(username, sessionId, 'SELECT * FROM held_step')).toEqual([]);
  expect(await socket.say(promptScript(says('And on.')))).toEqual(
    expect.arrayContaining([expect.objectContaining({ type: 'assistant_text', text: 'And on.' })]),
  );
});

test.each([
  {
    name: 'was stopped',
    steps: [{ ...says('I worked on although stopped.'), delayMs: 300 }],
    call: 'TaskStop',
  },
  { name: 'has ended and was looked at', steps: [says('Report.')], call: 'TaskOutput' },
])('a task that $name is not heard of again after a wait', async ({ steps, call }) => {
  const { socket, token, sessionId } = await start();
  const asked = socket.next('ask_user_question');
  const task = hands({ id: 't1', steps, background: true });
  socket.send({ content: promptScript(task, calls('s1', call, { task_id: 't1' }), asks, says('Fine.')) });
  await asked;
  await abortAllDurableObjects();
  const back = await connectSocket({ token, session_id: sessionId, last_event: '0' });
  const done = back.socket.next('done');
  back.socket.send(answer);
  await done;
  expect(texts(back.socket.events)).toEqual(['Fine.']);
});

test('after two crashes each position still means one thing', async () => {
  const { socket, token, username, sessionId } = await start();
  const steps = [{ ...calls('r1', 'Glob', { pattern: '*' }), delayMs: 100 }, endless];
  const text = socket.next('text_delta');
  socket.send({ content: promptScript(hands({ id: 't1', steps, background: true }), endless) });
  await text;
  await abortAllDurableObjects();
  const second = await connectSocket({ token, session_id: sessionId, last_event: '0' });
  const stored = `SELECT 1 FROM (SELECT body FROM entry UNION ALL SELECT body FROM held_step)
    WHERE body LIKE '{"kind":"tool_results"%"r1"%'`;
  await expect.poll(() => rows(username, sessionId, stored), { timeout: 10_000 }).toHaveLength(1);
  const seen = lastId(second.socket.events);
  await abortAllDurableObjects();
  const third = await connectSocket({ token, session_id: sessionId, last_event: String(seen) });
  await third.socket.next('text_delta');
  const numbers = third.socket.events.flatMap((event) =>
    'event_id' in event && event.event_id !== undefined ? [event.event_id] : [],
  );
  expect(Math.min(...numbers)).toBeGreaterThan(seen);
  expect(numbers).toEqual([...new Set(numbers)].toSorted((one, other) => one - other));
  expect(third.socket.events.map(({ type }) => type)).toContain('turn_resumed');
});
