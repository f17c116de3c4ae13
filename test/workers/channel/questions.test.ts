import { abortAllDurableObjects, runDurableObjectAlarm } from 'cloudflare:test';
import { expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { FakeAnswer } from '#test/support/fake-messages-api.ts';
import { promptScript } from '#test/support/prompt-script.ts';
import { newUser, send } from '../../support/workers/accounts.ts';
import { deliver, fakePlatform, message } from '../../support/workers/fake-platform.ts';
import { connectSocket } from '../../support/workers/socket.ts';
import { chatObject, inChat, isIdle, newChat } from './chat.ts';

vi.setConfig({ testTimeout: 40_000 });
const fake = fakePlatform('imessage');

const colour = {
  question: 'Which colour?',
  header: 'Colour',
  options: [{ label: 'Red' }, { label: 'Blue' }],
};
const sizes = {
  question: 'Which sizes?',
  multiSelect: true,
  options: [{ label: 'S' }, { label: 'M' }, { label: 'L' }],
};
const asks = (...questions: object[]): FakeAnswer => ({
  blocks: [{ tool: 'AskUserQuestion', id: 'q1', input: { questions } }],
});
const plans: FakeAnswer = {
  blocks: [{ tool: 'ExitPlanMode', id: 'p1', input: { plan: '# Tidy up\n\n1. Look' } }],
};
const says = (text: string): FakeAnswer => ({ blocks: [{ text: [text] }] });

const waits = (chat: string, count = 1) =>
  expect
    .poll(
      () =>
        inChat('imessage', chat, async (storage) => ({
          phase: storage.sql.exec('SELECT phase FROM turn').toArray()[0]?.['phase'],
          asked: fake.sent.filter(({ chatId, choices }) => chatId === chat && choices !== undefined).length,
          alarm: await storage.getAlarm(),
        })),
      { timeout: 8000 },
    )
    .toEqual({ phase: 'waiting', asked: count, alarm: null });

/** A user's chat with what the model is to answer; gives what the model was told of the answers. */
async function start(...steps: FakeAnswer[]) {
  const user = await newUser();
  const chat = await newChat('imessage', { username: user.username });
  await deliver('imessage', [message(chat, promptScript(...steps, says('Thank you.')))]);
  await waits(chat);
  const sessionId = await inChat('imessage', chat, ({ sql }) =>
    z.string().parse(sql.exec('SELECT session_id AS id FROM conversation').one()['id']),
  );
  const result = async () => {
    const { socket } = await connectSocket({ token: user.token, session_id: sessionId, last_event: '0' });
    await socket.reached(1);
    if (!socket.events.some(({ type }) => type === 'tool_result')) await socket.next('tool_result');
    const found = socket.events.find(({ type }) => type === 'tool_result');
    return found?.type === 'tool_result' ? found.content : '';
  };
  return { chat, user, sessionId, result };
}

const answer = (chat: string, text: string, rest = {}) => deliver('imessage', [message(chat, text, rest)]);
const choiceOf = (chat: string, index: number) =>
  fake.sent
    .findLast(({ chatId, choices }) => chatId === chat && choices !== undefined)
    ?.choices?.[index]?.split(' ')[0] ?? null;

test.each([
  { name: 'a number', text: '2', told: '"Which colour?"="Blue"' },
  { name: 'the words of an option', text: ' red ', told: '"Which colour?"="Red"' },
  { name: 'other words', text: 'teal', told: '"Which colour?"="Other: teal"' },
])('a question is answered with $name; nothing is held open meanwhile', async ({ text, told }) => {
  const { chat, result } = await start(asks(colour));
  expect(fake.texts(chat)).toEqual(['**Colour**\nWhich colour?']);
  await answer(chat, text);
  await isIdle('imessage', chat);
  expect(await result()).toContain(told);
  expect(fake.texts(chat).at(-1)).toBe('Thank you.');
});

test('a button is an answer once; pressed again it says so', async () => {
  const { chat, result } = await start(asks(colour));
  const choice = choiceOf(chat, 1);
  await answer(chat, 'Blue', { choice });
  await isIdle('imessage', chat);
  expect(await result()).toContain('"Which colour?"="Blue"');
  await answer(chat, 'Blue', { choice });
  await isIdle('imessage', chat);
  expect(fake.texts(chat).at(-1)).toBe('That was answered already.');
});

test('a form is asked one question after the other', async () => {
  const { chat, result } = await start(asks(colour, sizes));
  await answer(chat, '1');
  await waits(chat, 2);
  await answer(chat, '1, L');
  await isIdle('imessage', chat);
  const told = await result();
  expect(told).toContain('"Which colour?"="Red"');
  expect(told).toMatch(/"Which sizes\?"=.*S.*L/);
});

test('a question outlives the object, and is answered after it', async () => {
  const { chat, result } = await start(asks(colour));
  await abortAllDurableObjects();
  await answer(chat, '1');
  await isIdle('imessage', chat);
  expect(await result()).toContain('"Which colour?"="Red"');
  expect(fake.texts(chat)).toEqual(['**Colour**\nWhich colour?', 'Thank you.']);
});

test('answered on the page: the chat is told in one line, and gets what follows', async () => {
  const { chat, user, sessionId } = await start(asks(colour));
  const { socket } = await connectSocket({ token: user.token, session_id: sessionId });
  socket.send({ type: 'user_answer', question_id: 'q1', answers: { 'Which colour?': 'Red' } });
  await isIdle('imessage', chat);
  expect(fake.sent.filter(({ chatId }) => chatId === chat).slice(1)).toEqual([
    { chatId: chat, what: 'edit', text: '✔️ Answered elsewhere.' },
    { chatId: chat, what: 'message', text: 'Thank you.' },
  ]);
});

test('an edit that may have been made is made again, and needs no label', async () => {
  const { chat, user, sessionId } = await start(asks(colour));
  fake.answerWith(chat, { kind: 'unknown', reason: 'timeout' });
  const { socket } = await connectSocket({ token: user.token, session_id: sessionId });
  socket.send({ type: 'user_answer', question_id: 'q1', answers: { 'Which colour?': 'Red' } });
  await isIdle('imessage', chat);
  const elsewhere = { chatId: chat, what: 'edit', text: '✔️ Answered elsewhere.' };
  expect(fake.sent.filter(({ chatId }) => chatId === chat).slice(1)).toEqual([
    elsewhere,
    elsewhere,
    { chatId: chat, what: 'message', text: 'Thank you.' },
  ]);
});

test.each([
  { text: 'yes', told: /approved/i },
  { text: '2 too many steps', told: /too many steps/ },
])('a plan is decided with “$text”; anything else is explained', async ({ text, told }) => {
  const { chat, result } = await start(plans);
  await answer(chat, 'what is the weather?');
  await expect
    .poll(() => fake.texts(chat).at(-1), { timeout: 8000 })
    .toMatch(/I wait for your decision first/);
  await answer(chat, text);
  await isIdle('imessage', chat);
  expect(await result()).toMatch(told);
});

test('stop ends a turn that waits, and a new session leaves its question behind', async () => {
  const { chat } = await start(asks(colour));
  await answer(chat, 'stop');
  await isIdle('imessage', chat);
  expect(fake.texts(chat).at(-1)).toBe('Stopped.');
  const other = await start(asks(colour));
  await answer(other.chat, '/new');
  await isIdle('imessage', other.chat);
  expect(fake.texts(other.chat).slice(1)).toEqual([
    'Stopped.',
    expect.stringContaining('New Session Started'),
  ]);
});

test('what was written before the question is no answer to it', async () => {
  const chat = await newChat('imessage');
  const slow: FakeAnswer = {
    blocks: [{ tool: 'AskUserQuestion', id: 'q1', input: { questions: [colour] } }],
    delayMs: 250,
  };
  await deliver('imessage', [message(chat, promptScript(slow, says('Thank you.')))]);
  await expect
    .poll(() => inChat('imessage', chat, ({ sql }) => sql.exec('SELECT started FROM turn').toArray()), {
      timeout: 8000,
    })
    .toEqual([{ started: 1 }]);
  await answer(chat, 'something else');
  await waits(chat);
  await answer(chat, 'Red');
  await isIdle('imessage', chat);
  expect(fake.texts(chat).slice(1)).toEqual(['Thank you.', 'You said: something else']);
});

test('words from before a plan could be seen are no consent to it', async () => {
  const chat = await newChat('imessage');
  fake.answerWith(chat, { kind: 'retry', afterMs: 60_000, reason: 'flood' });
  await deliver('imessage', [message(chat, promptScript(plans, says('I did it.')))]);
  const turn = () =>
    inChat('imessage', chat, ({ sql }) => sql.exec('SELECT phase FROM turn').toArray()[0]?.['phase']);
  await expect.poll(turn, { timeout: 8000 }).toBe('waiting');
  await answer(chat, 'ok');
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(await turn()).toBe('waiting');
  await inChat('imessage', chat, ({ sql }) => sql.exec('UPDATE outbox SET due = 0'));
  await runDurableObjectAlarm(chatObject('imessage', chat));
  await waits(chat);
  await answer(chat, 'yes');
  await isIdle('imessage', chat);
  expect(fake.texts(chat).slice(1)).toEqual(['I did it.', 'You said: ok']);
});

test('a question that could not be delivered is asked again of who writes', async () => {
  const chat = await newChat('imessage');
  fake.answerWith(chat, { kind: 'refused', reason: 'blocked by the user', authentication: false });
  await deliver('imessage', [message(chat, promptScript(asks(colour), says('Thank you.')))]);
  await waits(chat, 0);
  await answer(chat, 'hello?');
  await waits(chat);
  await answer(chat, '1');
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toEqual(['**Colour**\nWhich colour?', 'Thank you.', 'You said: hello?']);
});

test('words that cross the question are no answer to it: they wait, and it is said', async () => {
  const chat = await newChat('imessage');
  fake.answerMs = 1200;
  await deliver('imessage', [message(chat, promptScript(asks(colour), says('Thank you.')))]);
  await expect.poll(() => fake.texts(chat), { timeout: 8000, interval: 20 }).toHaveLength(1);
  await answer(chat, 'by the way');
  await answer(chat, 'and so');
  fake.answerMs = 0;
  await expect
    .poll(() => fake.texts(chat).slice(1), { timeout: 8000 })
    .toEqual([expect.stringContaining('That crossed my question')]);
  await waits(chat);
  await answer(chat, '1');
  await isIdle('imessage', chat);
  expect(fake.texts(chat).slice(2)).toEqual(['Thank you.', 'You said: by the way\nand so']);
});

test('a picture is no answer: it waits, and says so', async () => {
  const { chat, result } = await start(asks(colour));
  fake.media.set('r1', { bytes: new TextEncoder().encode('hello'), mimeType: 'text/plain' });
  const media = [
    { kind: 'document', reference: 'r1', fileName: 'a.txt', mimeType: 'text/plain', size: 5 },
  ] as const;
  await answer(chat, 'this one', { media, album: 'x' });
  await answer(chat, '', { media, album: 'x' });
  await expect.poll(() => fake.texts(chat), { timeout: 8000 }).toHaveLength(2);
  await answer(chat, '2');
  await isIdle('imessage', chat);
  expect(await result()).toContain('"Which colour?"="Blue"');
  expect(fake.texts(chat).slice(1)).toEqual([
    expect.stringContaining('I look at that next'),
    'Thank you.',
    expect.stringMatching(/^You said: this one\n\[File received: a.txt/),
  ]);
});

/** One of several in a group. */
const groupOf = (groupId: string) => (id: string, text: string) =>
  message(groupId, text, { isGroup: true, sender: { id, otherIds: [], name: null } });

test('an answer is heard, however much others have written before it', async () => {
  const [anna, ben] = [await newChat('imessage'), await newChat('imessage')];
  const group = `group-${anna}`;
  const write = groupOf(group);
  await deliver('imessage', [write(anna, promptScript(plans, says('Thank you.')))]);
  await waits(group);
  await deliver(
    'imessage',
    Array.from({ length: 20 }, (_, index) => write(ben, `m${index}`)),
  );
  await deliver('imessage', [write(anna, '1')]);
  await expect.poll(() => fake.texts(group)[1], { timeout: 8000 }).toBe('Thank you.');
  await isIdle('imessage', group);
});

test('who stops in a group stops their own', async () => {
  const [anna, ben] = [await newChat('imessage'), await newChat('imessage')];
  const group = `group-${anna}`;
  const write = groupOf(group);
  await deliver('imessage', [write(anna, promptScript(plans, says('Thank you.')))]);
  await waits(group);
  await deliver('imessage', [write(ben, 'stop')]);
  await expect.poll(() => fake.texts(group), { timeout: 8000 }).toHaveLength(2);
  await deliver('imessage', [write(ben, 'hello')]);
  await deliver('imessage', [write(anna, 'stop')]);
  await isIdle('imessage', group);
  expect(fake.texts(group).slice(1)).toEqual([
    'Only who asked can stop this.',
    'Stopped.',
    'You said: hello',
  ]);
});

test('a session that is deleted while it waits leaves the chat usable', async () => {
  const { chat, user, sessionId } = await start(asks(colour));
  expect((await send('DELETE', `/api/v1/sessions/${sessionId}`, { token: user.token })).ok).toBe(true);
  await answer(chat, '1');
  await isIdle('imessage', chat);
  await answer(chat, 'hello');
  await isIdle('imessage', chat);
  expect(fake.texts(chat).slice(1)).toEqual([
    'Sorry, I encountered an error processing your message. Please try again.',
    'You said: hello',
  ]);
});
