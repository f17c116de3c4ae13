import { abortAllDurableObjects, runDurableObjectAlarm } from 'cloudflare:test';
import { expect, test, vi } from 'vitest';
import type { SendOutcome } from '#channel/platform.ts';
import type { FakeAnswer } from '#test/support/fake-messages-api.ts';
import { promptScript } from '#test/support/prompt-script.ts';
import { deliver, fakePlatform, message } from '../../support/workers/fake-platform.ts';
import { chatObject, inChat, isIdle, newChat } from './chat.ts';

vi.setConfig({ testTimeout: 40_000 });
const fake = fakePlatform('imessage', { groupEdits: { everyMs: 200, perMinute: 100 } });

/** A group, and what one of its members may write there. */
async function newGroup() {
  const anna = await newChat('imessage');
  const group = `group-${anna}`;
  const write = (text: string, rest: Parameters<typeof message>[2] = {}) =>
    deliver('imessage', [
      message(group, text, { isGroup: true, sender: { id: anna, otherIds: [], name: null }, ...rest }),
    ]);
  return { group, write };
}

const words = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${name}${index} `);
const whole = (name: string, count: number): string => words(name, count).join('').trim();
/** Eight pieces a second. */
const slow = (name: string, count: number): FakeAnswer => ({
  blocks: [{ text: words(name, count) }],
  delayMs: 120,
});
const sentTo = (group: string) => fake.sent.filter(({ chatId }) => chatId === group);
const kinds = (group: string) => sentTo(group).map(({ what }) => what);
const unclear: SendOutcome = { kind: 'unknown', reason: 'timeout' };
const taken: SendOutcome = { kind: 'sent', messageId: null };
const busy = (afterMs: number): SendOutcome => ({ kind: 'retry', afterMs, reason: 'too many requests' });

test('an answer in a group is one message that grows by edits, and quotes what was asked', async () => {
  const { group, write } = await newGroup();
  await write(promptScript(slow('w', 10)), { messageId: 'asked' });
  await isIdle('imessage', group);
  expect(fake.shown(group)).toEqual([whole('w', 10)]);
  const [first, ...edits] = sentTo(group);
  expect(first).toEqual({
    chatId: group,
    what: 'message',
    text: expect.stringMatching(/^w0 .*…$/),
    replyTo: 'asked',
  });
  expect(edits.length).toBeGreaterThan(2);
  expect(edits.slice(0, -1).every(({ what, text }) => what === 'edit' && text.endsWith(' …'))).toBe(true);
  // The beginning, the whole, and nothing for each piece
  const rows = await inChat('imessage', group, ({ sql }) =>
    sql.exec('SELECT kind, state FROM outbox').toArray(),
  );
  expect(rows).toEqual([
    { kind: 'growing', state: 'sent' },
    { kind: 'answer', state: 'sent' },
  ]);
});

test('a short answer is sent once, and quotes what was asked', async () => {
  const { group, write } = await newGroup();
  await write('hi', { messageId: 'asked' });
  await isIdle('imessage', group);
  expect(sentTo(group)).toEqual([{ chatId: group, what: 'message', text: 'You said: hi', replyTo: 'asked' }]);
});

test('who wants to see little gets the answer when it is whole; a private chat does anyway', async () => {
  const { group, write } = await newGroup();
  await write('/verbosity silent');
  await isIdle('imessage', group);
  await write(promptScript(slow('w', 6)));
  await isIdle('imessage', group);
  expect(kinds(group)).toEqual(['message', 'message']);

  const chat = await newChat('imessage');
  await deliver('imessage', [message(chat, promptScript(slow('w', 6)))]);
  await isIdle('imessage', chat);
  expect(sentTo(chat)).toEqual([{ chatId: chat, what: 'message', text: whole('w', 6) }]);
});

test('texts, and what tools do between them, stand in their order; the first quotes', async () => {
  const { group, write } = await newGroup();
  const calls: FakeAnswer = {
    blocks: [{ text: words('a', 6) }, { tool: 'Bash', id: 'b1', input: { command: 'echo one' } }],
    delayMs: 100,
  };
  await write(promptScript(calls, slow('b', 6)), { messageId: 'asked' });
  await isIdle('imessage', group);
  expect(fake.shown(group)).toEqual([
    whole('a', 6),
    expect.stringContaining('Executing'),
    expect.stringContaining('✅'),
    whole('b', 6),
  ]);
  expect(kinds(group).filter((what) => what === 'edit').length).toBeGreaterThan(2);
  expect(sentTo(group).flatMap(({ replyTo }) => replyTo ?? [])).toEqual(['asked']);
});

test('what does not fit into the message follows it', async () => {
  const { group, write } = await newGroup();
  const text = [...words('a', 4), '\n=====\n', ...words('b', 4), '\n=====\nc'];
  await write(promptScript({ blocks: [{ text }], delayMs: 120 }));
  await isIdle('imessage', group);
  expect(fake.shown(group)).toEqual([`${whole('a', 4)} `, `${whole('b', 4)} `, 'c']);
});

test('a crash while the answer grows: it goes on in the same message', async () => {
  const { group, write } = await newGroup();
  await write(promptScript(slow('w', 14)));
  await expect.poll(() => kinds(group), { timeout: 8000 }).toContain('edit');
  await abortAllDurableObjects();
  await runDurableObjectAlarm(chatObject('imessage', group));
  await isIdle('imessage', group);
  expect(fake.shown(group)).toEqual([whole('w', 14)]);
  expect(kinds(group).filter((what) => what === 'message')).toEqual(['message']);
});

test.each([
  { name: 'broke off', outcome: unclear },
  { name: 'was answered without an id', outcome: taken },
])(
  'where the sending of the beginning $name, the answer says that it may be a repeat',
  async ({ outcome }) => {
    const { group, write } = await newGroup();
    fake.answerWith(group, outcome);
    await write(promptScript(slow('w', 8)), { messageId: 'asked' });
    await isIdle('imessage', group);
    expect(sentTo(group)).toEqual([
      { chatId: group, what: 'message', text: expect.stringMatching(/^w0 .*…$/), replyTo: 'asked' },
      { chatId: group, what: 'message', text: `(may be a repeat) ${whole('w', 8)}`, replyTo: 'asked' },
    ]);
  },
);

test('so does it where that was under way in a crash', async () => {
  const { group, write } = await newGroup();
  await write(promptScript(slow('w', 14)));
  await expect.poll(() => kinds(group), { timeout: 8000 }).toContain('message');
  await inChat('imessage', group, ({ sql }) =>
    sql.exec(
      'UPDATE outbox SET state = \'sending\', message_id = NULL, piece = \'{"request":{},"file":null}\'',
    ),
  );
  await abortAllDurableObjects();
  await runDurableObjectAlarm(chatObject('imessage', group));
  await isIdle('imessage', group);
  expect(fake.texts(group).at(-1)).toBe(`(may be a repeat) ${whole('w', 14)}`);
});

test('a beginning that the platform has no time for does not hold up the answer for longer than it says', async () => {
  const { group, write } = await newGroup();
  fake.answerWith(group, busy(1500));
  const before = Date.now();
  await write(promptScript(slow('w', 5)));
  await isIdle('imessage', group);
  expect(sentTo(group)).toEqual([
    { chatId: group, what: 'message', text: whole('w', 5), replyTo: expect.any(String) },
  ]);
  expect(Date.now() - before).toBeLessThan(8000);
});

test('an edit that the platform has no time for is left out, and the answer waits as long as it says', async () => {
  const { group, write } = await newGroup();
  fake.answerWith(group, { kind: 'sent', messageId: `first-${group}` }, busy(2500));
  await write(promptScript(slow('w', 8)));
  const often = { timeout: 8000, interval: 20 };
  await expect.poll(() => kinds(group), often).toEqual(['message', 'edit']);
  const before = Date.now();
  await expect.poll(() => kinds(group), often).toEqual(['message', 'edit', 'edit']);
  expect(Date.now() - before).toBeGreaterThan(2300);
  expect(Date.now() - before).toBeLessThan(4000);
  await isIdle('imessage', group);
  expect(fake.shown(group)).toEqual([whole('w', 8)]);
  expect(kinds(group)).toEqual(['message', 'edit', 'edit']);
});

test('an edit that is slow does not overtake the answer', async () => {
  const { group, write } = await newGroup();
  fake.editMs = 900;
  await write(promptScript(slow('w', 8)));
  await isIdle('imessage', group);
  fake.editMs = 0;
  expect(fake.shown(group)).toEqual([whole('w', 8)]);
});

test('an edit that hangs holds nothing up, and the answer stands there in the end, also where it comes after it', async () => {
  const { group, write } = await newGroup();
  fake.editMs = 3000;
  await write(promptScript(slow('w', 8)));
  await expect.poll(() => kinds(group), { timeout: 8000 }).toContain('edit');
  fake.editMs = 0;
  const isShown = { timeout: 2500, interval: 50 };
  await expect.poll(() => fake.shown(group), isShown).toEqual([whole('w', 8)]);
  expect(kinds(group)).toEqual(['message', 'edit', 'edit']);
  await expect.poll(() => kinds(group), { timeout: 8000 }).toEqual(['message', 'edit', 'edit', 'edit']);
  await isIdle('imessage', group);
  expect(fake.shown(group)).toEqual([whole('w', 8)]);
  expect(sentTo(group).at(-1)?.text).toBe(whole('w', 8));
});

test('that the end of an edit is unknown, however often, is no reason to give the answer up', async () => {
  const { group, write } = await newGroup();
  fake.answerWith(group, { kind: 'sent', messageId: `first-${group}` }, unclear, unclear);
  await write(promptScript(slow('w', 8)));
  const states = () =>
    inChat('imessage', group, ({ sql }) => sql.exec('SELECT kind, state FROM outbox').toArray());
  await expect.poll(states, { timeout: 8000 }).toContainEqual({ kind: 'answer', state: 'unclear' });
  await inChat('imessage', group, ({ sql }) =>
    sql.exec("UPDATE outbox SET due = 0, unclear_sends = 9 WHERE state = 'unclear'"),
  );
  await runDurableObjectAlarm(chatObject('imessage', group));
  await isIdle('imessage', group);
  expect(fake.shown(group)).toEqual([whole('w', 8)]);
  expect(await states()).toContainEqual({ kind: 'answer', state: 'sent' });
});

test('a message that was deleted meanwhile is sent anew', async () => {
  const { group, write } = await newGroup();
  const gone: SendOutcome = { kind: 'unsupported', reason: 'no such message' };
  fake.answerWith(group, { kind: 'sent', messageId: `first-${group}` }, gone, gone);
  await write(promptScript(slow('w', 8)));
  await isIdle('imessage', group);
  expect(kinds(group)).toEqual(['message', 'edit', 'edit', 'message']);
  expect(fake.texts(group).at(-1)).toBe(whole('w', 8));
});

test('stopped, it stays as far as it came', async () => {
  const { group, write } = await newGroup();
  await write(promptScript({ blocks: [{ text: words('w', 20) }], delayMs: 100, hangAfter: 10 }));
  await expect.poll(() => kinds(group), { timeout: 8000 }).toContain('edit');
  await write('stop');
  await isIdle('imessage', group);
  expect(fake.shown(group)).toEqual([expect.stringMatching(/^w0 .*\d$/), 'Stopped.']);
});

test('a question quotes who asked, also the second of a form', async () => {
  const { group, write } = await newGroup();
  const questions = ['Which?', 'And which?'].map((question) => ({
    question,
    options: [{ label: 'Red' }, { label: 'Blue' }],
  }));
  const asks = { blocks: [{ tool: 'AskUserQuestion', id: 'q1', input: { questions } }] };
  await write(promptScript(asks, { blocks: [{ text: ['Thank you.'] }] }), { messageId: 'asked' });
  const asked = () => sentTo(group).map(({ text, replyTo }) => ({ text, replyTo }));
  const first = { text: '(1/2) Which?', replyTo: 'asked' };
  await expect.poll(asked, { timeout: 8000 }).toEqual([first]);
  await write('1');
  const second = { text: '(2/2) And which?', replyTo: 'asked' };
  await expect.poll(asked, { timeout: 8000 }).toEqual([first, second]);
  await write('2');
  await isIdle('imessage', group);
  expect(asked()).toEqual([first, second, { text: 'Thank you.', replyTo: undefined }]);
});
