import { abortAllDurableObjects, runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test, vi } from 'vitest';
import { lastError } from '#channel/platform-errors.ts';
import type { DeliveryReport, SendOutcome } from '#channel/platform.ts';
import { deliver, fakePlatform, message } from '../../support/workers/fake-platform.ts';
import { chatObject, inChat, isIdle, newChat } from './chat.ts';

vi.setConfig({ testTimeout: 40_000 });
const fake = fakePlatform('zalo', { reportsDelivery: true });

const unclear: SendOutcome = { kind: 'unknown', reason: 'timeout' };
/** Taken, and its answer broke off. */
const nameless: SendOutcome = { kind: 'sent', messageId: null };
const sent = (messageId: string): SendOutcome => ({ kind: 'sent', messageId });

const report = (chatId: string, messageId: string, state: DeliveryReport['state']) =>
  deliver('zalo', [
    {
      kind: 'delivery',
      address: { chatId, threadId: null },
      messageId,
      state,
      reason: state === 'failed' ? `The window is closed: ${messageId}` : null,
    },
  ]);

const state = (chat: string) =>
  inChat('zalo', chat, ({ sql }) =>
    sql
      .exec('SELECT state FROM outbox ORDER BY id')
      .toArray()
      .map((row) => row['state']),
  );

/** As if a minute had gone by: the time for reports is over. */
async function giveUpWaiting(chat: string): Promise<void> {
  await inChat('zalo', chat, ({ sql }) => {
    sql.exec("UPDATE outbox SET began_at = began_at - 60000, due = 0 WHERE state = 'unclear'");
    sql.exec('UPDATE report SET at = at - 60000');
  });
  await abortAllDurableObjects();
  await runDurableObjectAlarm(chatObject('zalo', chat));
}

test('that an earlier message is read late says nothing of one whose sending broke off', async () => {
  const chat = await newChat('zalo');
  fake.answerWith(chat, nameless, unclear);
  await deliver('zalo', [message(chat, 'a')]);
  await isIdle('zalo', chat);
  await report(chat, 'first', 'sent');
  // Later than that report
  await new Promise((resolve) => setTimeout(resolve, 20));
  await deliver('zalo', [message(chat, 'b')]);
  await expect.poll(() => state(chat), { timeout: 8000 }).toEqual(['sent', 'unclear']);
  await report(chat, 'first', 'read');
  expect(await state(chat)).toEqual(['sent', 'unclear']);
  await giveUpWaiting(chat);
  await isIdle('zalo', chat);
  expect(fake.texts(chat)).toEqual(['You said: a', 'You said: b', '(may be a repeat) You said: b']);
});

test('a report whose message may be another without an id says nothing', async () => {
  const chat = await newChat('zalo');
  fake.answerWith(chat, nameless, unclear);
  await deliver('zalo', [message(chat, 'a')]);
  await isIdle('zalo', chat);
  await deliver('zalo', [message(chat, 'b')]);
  await expect.poll(() => state(chat), { timeout: 8000 }).toEqual(['sent', 'unclear']);
  await report(chat, 'of-a', 'read');
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(await state(chat)).toEqual(['sent', 'unclear']);
  await giveUpWaiting(chat);
  await isIdle('zalo', chat);
  expect(fake.texts(chat)).toEqual(['You said: a', 'You said: b', '(may be a repeat) You said: b']);
});

test.each([
  { name: 'after its receipt', isEarly: false },
  { name: 'before its receipt', isEarly: true },
])(
  'an answer that is reported as failed, $name, is told of once, and the status says why',
  async ({ isEarly }) => {
    const chat = await newChat('zalo');
    const id = `failing-${chat}`;
    fake.answerWith(chat, sent(id));
    if (isEarly) await report(chat, id, 'failed');
    await deliver('zalo', [message(chat, 'a')]);
    await isIdle('zalo', chat);
    await report(chat, id, 'failed');
    await report(chat, id, 'failed');
    await isIdle('zalo', chat);
    expect(fake.texts(chat)).toEqual(['You said: a', expect.stringContaining('could not be delivered')]);
    await expect
      .poll(() => lastError('zalo', env.DB))
      .toMatchObject({ reason: `The window is closed: ${id}` });
  },
);

test('a report of the label says nothing of the message behind it', async () => {
  const chat = await newChat('zalo');
  // The first piece breaks off; of its repetition, the label arrives and the piece breaks off again
  fake.answerWith(chat, unclear, sent('label'), unclear, sent('label again'));
  await deliver('zalo', [message(chat, 'a\n=====\nb')]);
  await expect.poll(() => state(chat), { timeout: 8000 }).toEqual(['unclear', 'pending']);
  await giveUpWaiting(chat);
  await expect.poll(() => state(chat), { timeout: 8000 }).toEqual(['unclear', 'pending', 'sent']);
  await report(chat, 'label', 'sent');
  expect(await state(chat)).toEqual(['unclear', 'pending', 'sent']);
  await giveUpWaiting(chat);
  await isIdle('zalo', chat);
  expect(fake.texts(chat)).toEqual([
    'You said: a',
    '(may be a repeat)',
    'You said: a',
    '(may be a repeat)',
    'You said: a',
    'b',
  ]);
});
