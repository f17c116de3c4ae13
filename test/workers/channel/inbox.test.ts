import { expect, test, vi } from 'vitest';
import { promptScript } from '#test/support/prompt-script.ts';
import { deliver, fakePlatform, message } from '../../support/workers/fake-platform.ts';
import { isIdle, newChat } from './chat.ts';

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
