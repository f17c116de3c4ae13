import { abortAllDurableObjects, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import type { FakeAnswer } from '#test/support/fake-messages-api.ts';
import { promptScript } from '#test/support/prompt-script.ts';
import { send } from '../../support/workers/accounts.ts';
import { clientView } from '../../support/workers/client-view.ts';
import { connectSocket, textOfDeltas } from '../../support/workers/socket.ts';
import { calls, hands, says, start, taskInput, told } from '../../support/workers/tasks.ts';

test('a subagent works under the call that began it: its calls are shown, its words are the result, all of it is paid for', async () => {
  const { socket, token, sessionId } = await start();
  const steps = [calls('r1', 'Glob', { pattern: '*.md' }), says('Nothing to review.')];
  const events = await socket.say(promptScript(hands({ id: 't1', steps }), says('It found nothing.')));
  const input = taskInput(steps, 'reviewer', false);
  expect(told(events)).toEqual([
    { type: 'tool_use', id: 't1', name: 'Task', input },
    { type: 'tool_use', id: 'r1', name: 'Glob', input: { pattern: '*.md' }, parent_tool_use_id: 't1' },
    {
      type: 'tool_result',
      tool_use_id: 'r1',
      content: 'No files found.',
      is_error: false,
      parent_tool_use_id: 't1',
    },
    { type: 'tool_result', tool_use_id: 't1', content: 'Nothing to review.', is_error: false },
    { type: 'assistant_text', text: 'It found nothing.' },
    expect.objectContaining({
      type: 'done',
      turn_count: 2,
      usage: expect.objectContaining({ output_tokens: 4 * 5 }),
    }),
  ]);
  expect(textOfDeltas(events)).toBe('It found nothing.');

  const history: { messages: { role: string; tool_use_id: string | null; metadata: object }[] } = await (
    await send('GET', `/api/v1/sessions/${sessionId}/history`, { token })
  ).json();
  expect(
    history.messages
      .filter(({ role }) => role.startsWith('tool'))
      .map(({ role, tool_use_id, metadata }) => [role, tool_use_id, 'parent_tool_use_id' in metadata]),
  ).toEqual([
    ['tool_use', 't1', false],
    ['tool_use', 'r1', true],
    ['tool_result', 'r1', true],
    ['tool_result', 't1', false],
  ]);

  const again = await connectSocket({ token, session_id: sessionId, last_event: '0' });
  await again.socket.when(({ type }) => type === 'done');
  expect(told(again.socket.events.slice(1))).toEqual(told(events));
});

test.each([
  {
    name: 'a tool that it does not have',
    task: { id: 't1', steps: [calls('r1', 'Write', { file_path: 'a', content: 'b' }), says('I could not.')] },
    result: { content: 'I could not.', is_error: false },
  },
  {
    name: 'a subagent that does not exist',
    task: { id: 't1', steps: [], type: 'nobody' },
    result: {
      content: expect.stringContaining('There is no subagent "nobody". The subagents are: reviewer'),
      is_error: true,
    },
  },
  {
    name: 'a subagent of a subagent',
    task: { id: 't1', steps: [hands({ id: 't2', steps: [says('deep')] }), says('I had to do it myself.')] },
    result: { content: 'I had to do it myself.', is_error: false },
  },
  {
    name: 'a model that cannot be reached',
    task: { id: 't1', steps: [{ status: 400, message: 'secret words' }] },
    result: { content: expect.stringMatching(/^The subagent did not finish\. (?!.*secret)/), is_error: true },
  },
])('what goes wrong inside is told to the agent, and the turn goes on: $name', async ({ task, result }) => {
  const { socket } = await start();
  const events = await socket.say(promptScript(hands(task), says('Well.')));
  expect(events.findLast(({ type }) => type === 'tool_result')).toMatchObject({
    tool_use_id: 't1',
    ...result,
  });
  expect(textOfDeltas(events)).toBe('Well.');
  const inner = events.filter((event) => event.type === 'tool_result' && event.parent_tool_use_id === 't1');
  for (const each of inner) expect(each).toMatchObject({ is_error: true });
});

test('several subagents of one message work at the same time', async () => {
  const { socket } = await start();
  // Each waits a second in its first call: one after the other they would take three
  const steps = (id: string): FakeAnswer[] => [
    calls(id, 'Read', { file_path: `${id}.md` }),
    { ...says('ok'), delayMs: 150 },
  ];
  const begun = performance.now();
  const events = await socket.say(
    promptScript(
      hands(...['a', 'b', 'c', 'd'].map((id) => ({ id: `t${id}`, steps: steps(id) }))),
      says('done'),
    ),
  );
  const order = events.flatMap((event) =>
    event.type === 'tool_use' && event.parent_tool_use_id !== undefined ? [event.id] : [],
  );
  const firstResult = events.findIndex((event) => event.type === 'tool_result' && event.tool_use_id === 'ta');
  const lastBegin = events.findLastIndex(
    (event) => event.type === 'tool_use' && event.parent_tool_use_id !== undefined,
  );
  expect(order.toSorted()).toEqual(['a', 'b', 'c', 'd']);
  expect(lastBegin, `${performance.now() - begun} ms`).toBeLessThan(firstResult);
});

test('cancelling ends the subagents with the turn', async () => {
  const { socket, username, sessionId } = await start();
  const inside = socket.when((event) => event.type === 'tool_use' && event.id === 'r1');
  const end = socket.next('cancelled');
  socket.send({
    content: promptScript(
      hands({
        id: 't1',
        steps: [
          calls('r1', 'Glob', { pattern: '*' }),
          { blocks: [{ text: ['never ', 'ends'] }], hangAfter: 1 },
        ],
      }),
    ),
  });
  await inside;
  socket.send({ type: 'cancel_request' });
  await end;
  expect(socket.events.findLast(({ type }) => type === 'tool_result')).toMatchObject({
    tool_use_id: 't1',
    content: '[Request interrupted by user]',
  });
  await runInDurableObject(env.CHAT_SESSION.getByName(`${username}/${sessionId}`), (_, { storage }) => {
    const newest = storage.sql.exec('SELECT body FROM entry ORDER BY seq DESC LIMIT 1').one();
    expect(newest).toEqual({ body: '{"kind":"end","done":null}' });
  });
});

test('after a crash a subagent goes on from its last stored step; what it did is not done again', async () => {
  const { socket, token, sessionId } = await start();
  const inside = socket.when((event) => event.type === 'tool_result' && event.tool_use_id === 'r1');
  const steps: FakeAnswer[] = [
    calls('r1', 'Glob', { pattern: '*' }),
    { ...says('The report.'), delayMs: 150 },
  ];
  socket.send({ content: promptScript(hands({ id: 't1', steps }), says('Thanks.')) });
  await inside;
  await abortAllDurableObjects();
  const back = await connectSocket({ token, session_id: sessionId, last_event: '0' });
  await back.socket.when(({ type }) => type === 'done');
  const results = back.socket.events.flatMap((event) =>
    event.type === 'tool_result' ? [[event.tool_use_id, event.content]] : [],
  );
  expect(results).toEqual([
    ['r1', 'No files found.'],
    ['t1', 'The report.'],
  ]);
  expect(clientView(back.socket.events).filter((item) => 'text' in item)).toEqual([{ text: 'Thanks.' }]);
});

test('in the background: the agent goes on, looks, and hears of the end before its turn ends', async () => {
  const { socket } = await start();
  const slow: FakeAnswer[] = [
    calls('r1', 'Glob', { pattern: '*' }),
    { ...says('Slow report.'), delayMs: 60 },
  ];
  const events = await socket.say(
    promptScript(
      hands({ id: 't1', steps: slow, background: true }),
      calls('o1', 'TaskOutput', { task_id: 't1', block: false }),
      says('Meanwhile I did this.'),
    ),
  );
  const results = new Map(
    events.flatMap((event) =>
      event.type === 'tool_result' ? [[event.tool_use_id, event.content] as const] : [],
    ),
  );
  expect(results.get('t1')).toMatch(/^Started in the background as task t1\./);
  expect(results.get('o1')).toBe('It is still running.');
  const texts = events.flatMap((event) => (event.type === 'assistant_text' ? [event.text] : []));
  expect(texts).toEqual([
    'Meanwhile I did this.',
    'You said: [Task t1 in the background, "look at it", has completed.]\n\nSlow report.',
  ]);
});

test.each([
  { tool: 'TaskStop', field: 'task_id' },
  { tool: 'KillShell', field: 'shell_id' },
])('$tool ends a task in the background', async ({ tool, field }) => {
  const { socket } = await start();
  const events = await socket.say(
    promptScript(
      hands({
        id: 't1',
        steps: [{ blocks: [{ text: ['never ', 'ends'] }], hangAfter: 1 }],
        background: true,
      }),
      calls('s1', tool, { [field]: 't1' }),
      calls('s2', tool, { [field]: 'other' }),
      says('Stopped it.'),
    ),
  );
  const results = events.flatMap((event) => (event.type === 'tool_result' ? [event.content] : []));
  expect(results.slice(1)).toEqual(['Stopped.', 'No task other runs in the background of this turn.']);
  expect(events.findLast(({ type }) => type === 'assistant_text')).toMatchObject({ text: 'Stopped it.' });
});

test('a task in the background survives a crash, and its end is told once', async () => {
  const { socket, token, sessionId } = await start();
  const slow: FakeAnswer[] = [calls('r1', 'Glob', { pattern: '*' }), { ...says('Late.'), delayMs: 200 }];
  const inside = socket.when((event) => event.type === 'tool_result' && event.tool_use_id === 'r1');
  socket.send({
    content: promptScript(hands({ id: 't1', steps: slow, background: true }), says('Waiting.')),
  });
  await inside;
  await abortAllDurableObjects();
  const back = await connectSocket({ token, session_id: sessionId, last_event: '0' });
  await back.socket.when(({ type }) => type === 'done');
  const view = clientView(back.socket.events).filter((item) => 'text' in item);
  expect(view).toEqual([
    { text: 'Waiting.' },
    { text: 'You said: [Task t1 in the background, "look at it", has completed.]\n\nLate.' },
  ]);
});

test('a call inside a subagent that needs consent waits for it; with the consent the subagent goes on', async () => {
  const { socket, token, sessionId, username } = await start();
  await socket.say(
    promptScript(calls('w1', 'Write', { file_path: 'a.md', content: 'old words' }), says('written')),
  );
  socket.send({ type: 'set_permission_mode', mode: 'default' });
  const edit = { file_path: 'a.md', old_string: 'old', new_string: 'new' };
  const steps = [calls('r0', 'Read', { file_path: 'a.md' }), calls('r1', 'Edit', edit), says('Edited.')];
  const asked = socket.next('approval_request');
  socket.send({
    content: promptScript(hands({ id: 't1', steps, type: 'writing-tools:editor' }), says('All good.')),
  });
  expect(await asked).toMatchObject({ approval_id: 'r1', tool: 'Edit', input: edit });
  await expect
    .poll(() =>
      runInDurableObject(env.CHAT_SESSION.getByName(`${username}/${sessionId}`), async (_, { storage }) => [
        storage.sql.exec('SELECT waiting FROM session').one()['waiting'],
        await storage.getAlarm(),
      ]),
    )
    .toEqual(['["r1"]', null]);
  await abortAllDurableObjects();
  const back = await connectSocket({ token, session_id: sessionId, last_event: '0' });
  const done = back.socket.when((event) => event.type === 'assistant_text' && event.text === 'All good.');
  back.socket.send({ type: 'approval_response', approval_id: 'r1', approved: true });
  await done;
  const results = back.socket.events.flatMap((event) =>
    event.type === 'tool_result' ? [[event.tool_use_id, event.is_error]] : [],
  );
  expect(results).toEqual([
    ['w1', false],
    ['r0', false],
    ['r1', false],
    ['t1', false],
  ]);
});
