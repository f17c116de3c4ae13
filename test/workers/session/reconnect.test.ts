import {
  abortAllDurableObjects,
  evictDurableObject,
  runDurableObjectAlarm,
  runInDurableObject,
} from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import type { ServerEvent } from '#protocol/server-event.ts';
import { promptScript } from '#test/support/prompt-script.ts';
import { newUser, send } from '../../support/workers/accounts.ts';
import { clientView, seenUpTo } from '../../support/workers/client-view.ts';
import { connectSocket } from '../../support/workers/socket.ts';

const secret = 'ghp_abcdefghijklmnopqrstuvwxyz0123456789';

/** Text, thinking, tools, two prompts, and a secret in each kind of text. */
const story = [
  promptScript(
    {
      blocks: [
        { thinking: [`the token is ${secret}`], signature: 's' },
        { text: ['Let me ', `look. token=${secret.slice(0, 9)}`, `${secret.slice(9)} `, 'found 🙂 it.'] },
        { tool: 'Bash', id: 'c1', input: { command: `echo ${secret}` } },
      ],
    },
    { blocks: [{ text: ['Done', ', as ', 'asked.'] }] },
  ),
  'and a second one',
];

const lastPosition = (events: readonly ServerEvent[]): number =>
  Math.max(0, ...events.map((event) => ('event_id' in event ? (event.event_id ?? 0) : 0)));

test('at every position of a finished session: what was seen and what comes back are the whole, once', async () => {
  const { token } = await newUser();
  const { socket, ready } = await connectSocket({ token, last_event: '0' });
  const sessionId = ready.type === 'ready' ? ready.cwd_id : '';
  for (const prompt of story) await socket.say(prompt);
  const whole = clientView(socket.events);
  expect(whole.length).toBeGreaterThan(8);
  const answers = socket.events.filter(({ type }) => type !== 'user_message');
  expect(JSON.stringify(answers)).not.toContain(secret.slice(9));

  const end = lastPosition(socket.events);
  for (let position = 0; position <= end; position++) {
    const back = await connectSocket({ token, session_id: sessionId, last_event: String(position) });
    if (position < end) await back.socket.reached(end);
    const pieces = [...seenUpTo(socket.events, position), ...back.socket.events];
    expect(clientView(pieces), `cut at ${position}`).toEqual(whole);
    await back.socket.close();
  }
});

test('a cancelled turn that had thought: at every position, the same', async () => {
  const { token } = await newUser();
  const { socket, ready } = await connectSocket({ token, last_event: '0' });
  const sessionId = ready.type === 'ready' ? ready.cwd_id : '';
  const shown = socket.next('text_delta');
  const end = socket.next('cancelled');
  socket.send({
    content: promptScript({
      blocks: [{ thinking: ['hm, let me see'], signature: 's' }, { text: ['I would ', 'never'] }],
      hangAfter: 3,
    }),
  });
  await shown;
  socket.send({ type: 'cancel' });
  await end;
  const whole = clientView(socket.events);
  const last = lastPosition(socket.events);
  for (let position = 0; position <= last; position++) {
    const back = await connectSocket({ token, session_id: sessionId, last_event: String(position) });
    if (position < last) await back.socket.reached(last);
    expect(
      clientView([...seenUpTo(socket.events, position), ...back.socket.events]),
      `cut at ${position}`,
    ).toEqual(whole);
    await back.socket.close();
  }
});

test('in the middle of a turn: at every position, the rest comes back and the live stream follows', async () => {
  const { token } = await newUser();
  const { socket, ready } = await connectSocket({ token, last_event: '0' });
  const sessionId = ready.type === 'ready' ? ready.cwd_id : '';
  await socket.say('before');
  const inText = socket.when((event) => event.type === 'text_delta' && event.text.includes('second'));
  const end = socket.next('done');
  socket.send({
    content: promptScript(
      { blocks: [{ text: ['first '] }, { tool: 'Glob', id: 'c1', input: { pattern: '*' } }] },
      { blocks: [{ text: ['a second ', 'message ', 'that ', 'takes ', 'its ', 'time'] }], delayMs: 40 },
    ),
  });
  await inText;
  const middle = lastPosition(socket.events);
  const backs = await Promise.all(
    Array.from({ length: middle + 1 }, async (_, position) => {
      const back = await connectSocket({ token, session_id: sessionId, last_event: String(position) });
      return { position, back: back.socket, end: back.socket.next('done') };
    }),
  );
  await Promise.all([end, ...backs.map((each) => each.end)]);
  const whole = clientView(socket.events);
  for (const { position, back } of backs) {
    expect(clientView([...seenUpTo(socket.events, position), ...back.events]), `cut at ${position}`).toEqual(
      whole,
    );
  }
});

test('history and its last_event: nothing between the two is missed or doubled', async () => {
  const { token } = await newUser();
  const { socket, ready } = await connectSocket({ token, last_event: '0' });
  const sessionId = ready.type === 'ready' ? ready.cwd_id : '';
  const inText = socket.next('text_delta');
  const end = socket.next('done');
  socket.send({
    content: promptScript({ blocks: [{ text: ['some ', 'text ', 'that comes'] }], delayMs: 30 }),
  });
  await inText;
  const history: { messages: unknown[]; last_event: number } = await (
    await send('GET', `/api/v1/sessions/${sessionId}/history`, { token })
  ).json();
  expect(history.messages).toMatchObject([{ role: 'user' }]);
  const back = await connectSocket({
    token,
    session_id: sessionId,
    last_event: String(history.last_event),
  });
  const backEnd = back.socket.next('done');
  await Promise.all([end, backEnd]);
  expect(clientView(back.socket.events)).toMatchObject([{ text: 'some text that comes' }, { type: 'done' }]);
});

test('a client that does not count is brought up to date with the unfinished message', async () => {
  const { token } = await newUser();
  const { socket, ready } = await connectSocket({ token });
  const sessionId = ready.type === 'ready' ? ready.cwd_id : '';
  const inText = socket.when((event) => event.type === 'text_delta' && event.text.includes('more'));
  const end = socket.next('done');
  socket.send({
    content: promptScript({ blocks: [{ text: ['some ', 'more ', 'and ', 'the rest'] }], delayMs: 30 }),
  });
  await inText;
  const back = await connectSocket({ token, session_id: sessionId });
  const backEnd = back.socket.next('done');
  await Promise.all([end, backEnd]);
  expect(clientView(back.socket.events)).toEqual(clientView(socket.events));
});

test('a sleeping object wakes with its sockets, its numbers and its memory', async () => {
  const { token, username } = await newUser();
  const { socket, ready } = await connectSocket({ token, last_event: '0' });
  const sessionId = ready.type === 'ready' ? ready.cwd_id : '';
  await socket.say('one');
  await evictDurableObject(env.CHAT_SESSION.getByName(`${username}/${sessionId}`), {
    webSockets: 'hibernate',
  });
  await socket.say('two');
  expect(clientView(socket.events).filter((item) => 'text' in item)).toEqual([
    { text: 'You said: one' },
    { text: 'You said: two' },
  ]);
});

test('a turn that is cut off by a crash goes on from its last stored step when someone comes back', async () => {
  const { token } = await newUser();
  const { socket, ready } = await connectSocket({ token, last_event: '0' });
  const sessionId = ready.type === 'ready' ? ready.cwd_id : '';
  const inText = socket.when((event) => event.type === 'text_delta' && event.text.includes('It says'));
  socket.send({
    content: promptScript(
      { blocks: [{ tool: 'Bash', id: 'c1', input: { command: 'echo x >> output/log.txt' } }] },
      { blocks: [{ text: ['It says ', 'x ', 'and ', 'no ', 'more.'] }], delayMs: 100 },
    ),
  });
  await inText;
  const before = [...socket.events];
  await abortAllDurableObjects();

  const back = await connectSocket({
    token,
    session_id: sessionId,
    last_event: String(lastPosition(before)),
  });
  await back.socket.next('done');
  const view = clientView([...before, ...back.socket.events]);
  expect(view.filter((item) => 'text' in item)).toEqual([{ text: 'It says x and no more.' }]);
  const file = await send('GET', `/api/v1/files/${sessionId}/download/output/log.txt`, { token });
  expect(await file.text()).toBe('x\n');

  // And the same to someone who comes now and has seen nothing
  const fresh = await connectSocket({ token, session_id: sessionId, last_event: '0' });
  await fresh.socket.reached(lastPosition(back.socket.events));
  expect(clientView(fresh.socket.events).filter((item) => 'text' in item)).toEqual([
    { text: 'It says x and no more.' },
  ]);
});

test('a turn that is cut off goes on by alarm, though nobody comes back; then the alarm is gone', async () => {
  const { token, username } = await newUser();
  const { socket, ready } = await connectSocket({ token });
  const sessionId = ready.type === 'ready' ? ready.cwd_id : '';
  const inText = socket.next('text_delta');
  socket.send({ content: promptScript({ blocks: [{ text: ['It ', 'ends ', 'well.'] }], delayMs: 80 }) });
  await inText;
  await abortAllDurableObjects();

  const stub = env.CHAT_SESSION.getByName(`${username}/${sessionId}`);
  expect(await runDurableObjectAlarm(stub)).toBe(true);
  expect(await runInDurableObject(stub, (_, state) => state.storage.getAlarm())).toBeNull();
  const listed: unknown = await (await send('GET', '/api/v1/sessions', { token })).json();
  expect(listed).toMatchObject([{ session_id: sessionId, turn_count: 1 }]);
});

test('a turn that never gets further is given up after some tries, and says so', async () => {
  const { token } = await newUser();
  const { socket, ready } = await connectSocket({ token });
  const sessionId = ready.type === 'ready' ? ready.cwd_id : '';
  const begun = socket.next('session_id');
  socket.send({ content: promptScript({ blocks: [{ text: ['x'] }], hangAfter: 0 }) });
  await begun;
  for (let crash = 0; crash < 4; crash++) {
    await abortAllDurableObjects();
    await connectSocket({ token, session_id: sessionId });
  }
  const history = await (await send('GET', `/api/v1/sessions/${sessionId}/history`, { token })).json();
  expect(history).toMatchObject({
    turn_count: 1,
    messages: [
      { role: 'user' },
      {
        role: 'assistant',
        content: 'This answer was interrupted 4 times and was given up. Send your message again to retry.',
      },
      { role: 'system' },
      { role: 'system' },
    ],
  });
});
