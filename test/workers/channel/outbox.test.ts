import { abortAllDurableObjects, runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test, vi } from 'vitest';
import { lastError } from '#channel/platform-errors.ts';
import type { SendOutcome } from '#channel/platform.ts';
import { promptScript } from '#test/support/prompt-script.ts';
import { deliver, fakePlatform, message } from '../../support/workers/fake-platform.ts';
import { chatObject, inChat, isIdle, newChat } from './chat.ts';

vi.setConfig({ testTimeout: 40_000 });
const fake = fakePlatform('imessage');
const reporting = fakePlatform('zalo', { reportsDelivery: true, coalesce: true });

const later: SendOutcome = { kind: 'retry', afterMs: 100, reason: 'too many requests' };
const unclear: SendOutcome = { kind: 'unknown', reason: 'timeout' };
const blocked: SendOutcome = { kind: 'refused', reason: 'blocked by the user', authentication: false };
const badToken: SendOutcome = { kind: 'refused', reason: 'the token is wrong', authentication: true };

const none: SendOutcome = { kind: 'unsupported', reason: 'no such form' };

const states = (chat: string) =>
  inChat('imessage', chat, ({ sql }) =>
    sql
      .exec('SELECT state FROM outbox ORDER BY id')
      .toArray()
      .map(({ state }) => state),
  );

test('what the platform does not take now goes out later, in order, and once', async () => {
  const chat = await newChat('imessage');
  fake.answerWith(chat, later, later);
  await deliver('imessage', [message(chat, 'a\n=====\nb')]);
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toEqual(['You said: a', 'b']);
});

test('the hint of the platform is kept to', async () => {
  const chat = await newChat('imessage');
  fake.answerWith(chat, { kind: 'retry', afterMs: 60_000, reason: 'flood' });
  await deliver('imessage', [message(chat, 'a')]);
  const due = () =>
    inChat('imessage', chat, async ({ sql }) =>
      Number(sql.exec('SELECT max(due) AS due FROM outbox').one()['due']),
    );
  await expect.poll(due, { timeout: 8000 }).toBeGreaterThan(Date.now() + 50_000);
  const alarm = await inChat('imessage', chat, (storage) => storage.getAlarm());
  expect(alarm).toBeGreaterThan(Date.now());
  expect(alarm).toBeLessThanOrEqual(await due());
  expect(fake.texts(chat)).toEqual([]);

  // Its time has come, and the object is not the same any more
  await inChat('imessage', chat, ({ sql }) => sql.exec('UPDATE outbox SET due = 0'));
  await abortAllDurableObjects();
  await runDurableObjectAlarm(chatObject('imessage', chat));
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toEqual(['You said: a']);
});

test('a message whose sending broke off comes again, and says so', async () => {
  const chat = await newChat('imessage');
  fake.answerWith(chat, unclear);
  await deliver('imessage', [message(chat, 'a')]);
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toEqual(['You said: a', '(may be a repeat) You said: a']);
});

test('one piece of several that broke off comes again behind a label, and the others do not', async () => {
  const chat = await newChat('imessage');
  fake.answerWith(chat, unclear);
  await deliver('imessage', [message(chat, 'a\n=====\nb')]);
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toEqual(['You said: a', '(may be a repeat)', 'You said: a', 'b']);
});

test.each([
  { name: 'the token is refused', outcome: badToken },
  { name: 'the platform is busy', outcome: later },
])('a message that may have arrived says so also where $name in between', async ({ outcome }) => {
  const chat = await newChat('imessage');
  fake.answerWith(chat, unclear, outcome);
  await deliver('imessage', [message(chat, 'a')]);
  const attempts = () =>
    inChat('imessage', chat, ({ sql }) => sql.exec('SELECT attempts, state FROM outbox').toArray());
  await expect.poll(attempts, { timeout: 9000 }).toEqual([{ attempts: 2, state: 'unclear' }]);
  await inChat('imessage', chat, ({ sql }) => sql.exec('UPDATE outbox SET due = 0'));
  await runDurableObjectAlarm(chatObject('imessage', chat));
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toEqual(['You said: a', '(may be a repeat) You said: a']);
});

test('a message that no form is taken of is dropped alone, and one line says so', async () => {
  const chat = await newChat('imessage');
  fake.answerWith(chat, none);
  await deliver('imessage', [message(chat, 'a\n=====\nb')]);
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toEqual(['b', expect.stringContaining('could not be delivered')]);
  expect(await lastError('imessage', env.DB)).toMatchObject({ reason: 'no such form' });
});

test('a crash while sending: the message says that it may be a repeat', async () => {
  const chat = await newChat('imessage');
  fake.answerWith(chat, { kind: 'retry', afterMs: 60_000, reason: 'wait' });
  await deliver('imessage', [message(chat, 'a')]);
  await expect.poll(() => states(chat), { timeout: 8000 }).toEqual(['pending']);
  await inChat('imessage', chat, ({ sql }) => sql.exec("UPDATE outbox SET state = 'sending', due = 0"));
  await abortAllDurableObjects();
  await runDurableObjectAlarm(chatObject('imessage', chat));
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toEqual(['(may be a repeat) You said: a']);
});

test('a bug of a platform while sending counts as a crash', async () => {
  const chat = await newChat('imessage');
  fake.answerWith(chat, 'throw');
  await deliver('imessage', [message(chat, 'a')]);
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toEqual(['(may be a repeat) You said: a']);
});

test('where the platform reports deliveries, its report decides', async () => {
  const chat = await newChat('zalo');
  reporting.answerWith(chat, unclear);
  await deliver('zalo', [message(chat, 'a')]);
  await expect.poll(() => reporting.texts(chat), { timeout: 8000 }).toEqual(['You said: a']);
  const report = { kind: 'delivery', messageId: 'unheard-of', state: 'sent', reason: null } as const;
  await deliver('zalo', [{ ...report, address: { chatId: chat, threadId: null } }]);
  await isIdle('zalo', chat);
  expect(reporting.texts(chat)).toEqual(['You said: a']);
});

test('who blocked the bot is sent nothing more, and the status tells why', async () => {
  const chat = await newChat('imessage');
  fake.answerWith(chat, blocked);
  await deliver('imessage', [message(chat, 'a\n=====\nb')]);
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toEqual([]);
  expect(await lastError('imessage', env.DB)).toMatchObject({
    reason: 'blocked by the user',
    authentication: false,
  });
});

test('who was sent nothing more and writes again is told so, once, and before all else', async () => {
  const chat = await newChat('imessage');
  fake.answerWith(chat, blocked);
  await deliver('imessage', [message(chat, 'a\n=====\nb')]);
  await isIdle('imessage', chat);
  const loss = expect.stringContaining('could not be delivered');
  // Nor is that taken at first
  fake.answerWith(chat, blocked);
  await deliver('imessage', [message(chat, 'c')]);
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toEqual([expect.stringContaining('c')]);
  for (const text of ['d', 'e']) {
    await deliver('imessage', [message(chat, text)]);
    await isIdle('imessage', chat);
  }
  expect(fake.texts(chat).slice(1)).toEqual([loss, 'You said: d', 'You said: e']);
});

test('with a wrong token messages wait for a right one', async () => {
  const chat = await newChat('imessage');
  fake.answerWith(chat, badToken);
  await deliver('imessage', [message(chat, 'a')]);
  await expect
    .poll(() => lastError('imessage', env.DB), { timeout: 8000 })
    .toMatchObject({ authentication: true });
  await expect.poll(() => states(chat)).toEqual(['pending']);
  await inChat('imessage', chat, ({ sql }) => sql.exec('UPDATE outbox SET due = 0'));
  await runDurableObjectAlarm(chatObject('imessage', chat));
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toEqual(['You said: a']);
});

test('what could not be sent for hours is given up, and one line says so', async () => {
  const chat = await newChat('imessage');
  fake.answerWith(chat, { kind: 'retry', afterMs: 60_000, reason: 'down' });
  await deliver('imessage', [message(chat, 'a\n=====\nb')]);
  await expect.poll(() => states(chat), { timeout: 8000 }).toEqual(['pending', 'pending']);
  await inChat('imessage', chat, ({ sql }) => sql.exec('UPDATE outbox SET due = 0, created_at = 0'));
  await runDurableObjectAlarm(chatObject('imessage', chat));
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toEqual([expect.stringContaining('could not be delivered')]);
});

test('a form the platform does not know goes out as text', async () => {
  const chat = await newChat('imessage');
  fake.answerWith(chat, { kind: 'unsupported', reason: 'no buttons' });
  const questions = [{ question: 'Which?', options: [{ label: 'Red' }, { label: 'Blue' }] }];
  await deliver('imessage', [
    message(
      chat,
      promptScript(
        { blocks: [{ tool: 'AskUserQuestion', id: 'q1', input: { questions } }] },
        { blocks: [{ text: ['ok'] }] },
      ),
    ),
  ]);
  await expect
    .poll(() => fake.texts(chat), { timeout: 8000 })
    .toEqual(['Which?\n\n1. Red\n2. Blue\n\nReply with the number.']);
  await deliver('imessage', [message(chat, '/stop')]);
  await isIdle('imessage', chat);
});

test('the end of a long question goes out as text with its choices, and its beginning not again', async () => {
  const chat = await newChat('imessage');
  const question = 'Which?\n=====\nOf these.';
  const questions = [{ question, options: [{ label: 'Red' }, { label: 'Blue' }] }];
  fake.answerWith(chat, { kind: 'sent', messageId: 'first' }, none);
  const asks = { blocks: [{ tool: 'AskUserQuestion', id: 'q1', input: { questions } }] };
  await deliver('imessage', [message(chat, promptScript(asks, { blocks: [{ text: ['ok'] }] }))]);
  await expect
    .poll(() => fake.texts(chat), { timeout: 8000 })
    .toEqual(['Which?', 'Of these.\n\n1. Red\n2. Blue\n\nReply with the number.']);
  await deliver('imessage', [message(chat, '/stop')]);
  await isIdle('imessage', chat);
});

test('choices that take more than a message in words all come, and are asked when the last is there', async () => {
  const chat = await newChat('imessage');
  const questions = [{ question: 'Which?', options: [{ label: 'Red ===== ish' }, { label: 'Blue' }] }];
  fake.answerWith(chat, none);
  const asks = { blocks: [{ tool: 'AskUserQuestion', id: 'q1', input: { questions } }] };
  await deliver('imessage', [message(chat, promptScript(asks, { blocks: [{ text: ['ok'] }] }))]);
  const said = ['Which?\n\n1. Red', 'ish\n2. Blue\n\nReply with the number.'];
  await expect.poll(() => fake.texts(chat), { timeout: 8000 }).toEqual(said);
  await deliver('imessage', [message(chat, '2')]);
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toEqual([...said, 'ok']);
});

test('a text in many pieces is stored once', async () => {
  const chat = await newChat('imessage');
  fake.answerWith(chat, { kind: 'retry', afterMs: 60_000, reason: 'flood' });
  await deliver('imessage', [message(chat, 'a\n=====\nb\n=====\nc')]);
  await expect.poll(() => states(chat), { timeout: 8000 }).toHaveLength(3);
  const stored = await inChat('imessage', chat, ({ sql }) =>
    sql.exec('SELECT content, piece FROM outbox ORDER BY id').toArray(),
  );
  expect(stored.filter((row) => JSON.stringify(row).includes('You said'))).toHaveLength(1);
  await inChat('imessage', chat, ({ sql }) => sql.exec('DELETE FROM outbox'));
});

test('signs that hang hold no message up', async () => {
  const hanging = fakePlatform('telegram');
  const chat = await newChat('telegram');
  hanging.signsHang = true;
  hanging.hasDrafts = true;
  const text = Array.from({ length: 20 }, () => 'word ');
  await deliver('telegram', [message(chat, promptScript({ blocks: [{ text }], delayMs: 50 }))]);
  await deliver('telegram', [message(chat, '/help')]);
  await isIdle('telegram', chat);
  expect(hanging.texts(chat)).toEqual(expect.arrayContaining([text.join('').trim()]));
});

test('between two messages there is the time that the platform wants', async () => {
  const spaced = fakePlatform('whatsapp', { spacingMs: 600 });
  const chat = await newChat('whatsapp');
  await deliver('whatsapp', [message(chat, '/help')]);
  await isIdle('whatsapp', chat);
  const before = Date.now();
  await deliver('whatsapp', [message(chat, '/help')]);
  await deliver('whatsapp', [message(chat, '/help')]);
  await isIdle('whatsapp', chat);
  expect(spaced.texts(chat)).toHaveLength(3);
  expect(Date.now() - before).toBeGreaterThan(1000);
});

const often = [
  {
    name: 'was not taken many times',
    change: 'attempts = 9',
    heard: ['You said: a', '(may be a repeat) You said: a'],
  },
  {
    name: 'may have arrived many times',
    change: 'unclear_sends = 4',
    heard: ['You said: a', expect.stringContaining('could not be delivered')],
  },
];
test.each(often)('a message that $name', async ({ change, heard }) => {
  const chat = await newChat('imessage');
  fake.answerWith(chat, unclear);
  await deliver('imessage', [message(chat, 'a')]);
  await expect.poll(() => states(chat), { timeout: 8000 }).toEqual(['unclear']);
  await inChat('imessage', chat, ({ sql }) => sql.exec(`UPDATE outbox SET due = 0, ${change}`));
  await runDurableObjectAlarm(chatObject('imessage', chat));
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toEqual(heard);
});
