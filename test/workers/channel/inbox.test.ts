import { expect, test, vi } from 'vitest';
import { promptScript } from '#test/support/prompt-script.ts';
import { nextInstant, pressedChoices } from '#channel/inbound-message.ts';
import { deliver, fakePlatform, message } from '../../support/workers/fake-platform.ts';
import { inChat, isIdle, newChat } from './chat.ts';

vi.setConfig({ testTimeout: 40_000 });
const fake = fakePlatform('imessage');

test('a message is answered, and then nothing is left to do', async () => {
  const chat = await newChat('imessage');
  expect(await deliver('imessage', [message(chat, 'hello')])).toEqual({
    status: 200,
    body: { status: 'ok' },
  });
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toEqual(['You said: hello']);
  expect(fake.typing.length).toBeGreaterThan(0);
});

test('a thousand deliveries of one message give one answer', async () => {
  const chat = await newChat('imessage');
  const same = message(chat, 'once');
  const answers = await Promise.all(Array.from({ length: 1000 }, () => deliver('imessage', [same])));
  const count = (status: string) =>
    answers.filter(({ body }) => JSON.stringify(body).includes(status)).length;
  expect({ ok: count('ok'), duplicate: count('duplicate') }).toEqual({ ok: 1, duplicate: 999 });
  await isIdle('imessage', chat);
  await deliver('imessage', [same]);
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toEqual(['You said: once']);
});

test('messages in quick succession are one prompt, in their order', async () => {
  const chat = await newChat('imessage');
  for (const text of ['one', 'two', 'three']) await deliver('imessage', [message(chat, text)]);
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toEqual(['You said: one\ntwo\nthree']);
});

test('messages that come while a turn runs wait for it, and are the next one', async () => {
  const chat = await newChat('imessage');
  const slow = promptScript({ blocks: [{ text: ['slow'] }], delayMs: 250 });
  await deliver('imessage', [message(chat, slow)]);
  await new Promise((resolve) => setTimeout(resolve, 1100));
  await deliver('imessage', [message(chat, 'a')]);
  await new Promise((resolve) => setTimeout(resolve, 100));
  await deliver('imessage', [message(chat, 'b')]);
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toEqual(['slow', 'You said: a\nb']);
});

test('a message that could not be stored is not held for a second delivery of itself', async () => {
  const chat = await newChat('imessage');
  await deliver('imessage', [message(chat, '/status')]);
  await isIdle('imessage', chat);
  const lost = message(chat, 'hello');
  await inChat('imessage', chat, ({ sql }) => sql.exec('ALTER TABLE inbox RENAME TO away'));
  // A 500 that is no JSON
  await expect(deliver('imessage', [lost])).rejects.toThrow(SyntaxError);
  await inChat('imessage', chat, ({ sql }) => sql.exec('ALTER TABLE away RENAME TO inbox'));
  await deliver('imessage', [lost]);
  await isIdle('imessage', chat);
  expect(fake.texts(chat).at(-1)).toBe('You said: hello');
});

test.each([
  {
    name: 'a command',
    read: (sql: SqlStorage) => nextInstant(sql, Date.now()),
    plan: 'inbox USING INDEX inbox_command (taken=?)',
  },
  { name: 'a button', read: pressedChoices, plan: 'inbox USING INDEX inbox_choice (taken=?)' },
])('$name that need not wait is found without a look at what does', async ({ read, plan }) => {
  const chat = await newChat('imessage');
  await deliver('imessage', [message(chat, '/help')]);
  await isIdle('imessage', chat);
  const plans = await inChat('imessage', chat, ({ sql }) => {
    const exec = vi.spyOn(sql, 'exec');
    read(sql);
    const [[query, ...values] = ['']] = exec.mock.calls;
    exec.mockRestore();
    return sql.exec(`EXPLAIN QUERY PLAN ${query}`, ...values).toArray();
  });
  expect(plans).toEqual([expect.objectContaining({ detail: `SEARCH ${plan}` })]);
});

/** As if a chat's rows could not be read any more. */
const breakChat = (chat: string) =>
  inChat('imessage', chat, ({ sql }) => sql.exec("UPDATE conversation SET created_at = 'x'"));

test('a turn that cannot begin is tried again ever later', async () => {
  const chat = await newChat('imessage');
  await deliver('imessage', [message(chat, 'a')]);
  await isIdle('imessage', chat);
  await breakChat(chat);
  await deliver('imessage', [message(chat, 'b')]);
  const attempts = () =>
    inChat('imessage', chat, ({ sql }) => sql.exec('SELECT attempts FROM inbox').one()['attempts']);
  await expect.poll(attempts, { timeout: 8000 }).toBe(3);
  const alarm = () => inChat('imessage', chat, (storage) => storage.getAlarm());
  await expect.poll(alarm, { timeout: 8000 }).toBeGreaterThan(Date.now() + 2000);
  await inChat('imessage', chat, ({ sql }) => {
    sql.exec('UPDATE conversation SET created_at = 0');
    sql.exec('UPDATE inbox SET due = 0');
  });
  await deliver('imessage', [message(chat, 'c')]);
  await isIdle('imessage', chat);
  expect(fake.texts(chat).at(-1)).toBe('You said: b\nc');
});

test('a turn that cannot begin for minutes is given up, and who asked is told', async () => {
  const chat = await newChat('imessage');
  await deliver('imessage', [message(chat, 'a')]);
  await isIdle('imessage', chat);
  await breakChat(chat);
  await deliver('imessage', [message(chat, 'b')]);
  await inChat('imessage', chat, ({ sql }) => sql.exec('UPDATE inbox SET attempts = 9'));
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toEqual(['You said: a', expect.stringContaining('encountered an error')]);
});

test('a message that says nothing is asked what it wants', async () => {
  const chat = await newChat('imessage');
  await deliver('imessage', [message(chat, '')]);
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toEqual(['Yes? Write what I can do for you.']);
});
