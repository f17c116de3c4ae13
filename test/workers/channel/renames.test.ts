import { env } from 'cloudflare:workers';
import { expect, test, vi } from 'vitest';
import { createPlatform } from '#channel/create-platform.ts';
import { livePlatformDeps } from '#channel/live-platform-deps.ts';
import { takeEvents } from '#channel/take-events.ts';
import { deliver, fakePlatform, message, renamed } from '../../support/workers/fake-platform.ts';
import { inChat, isIdle, newChat, people } from './chat.ts';

vi.setConfig({ testTimeout: 40_000 });
fakePlatform('whatsapp');

const DAY = 24 * 60 * 60 * 1000;

/** Who somebody is, and in which session. */
const session = (name: string) =>
  inChat('whatsapp', name, ({ sql }) => sql.exec('SELECT username, session_id FROM conversation').toArray());
const write = async (from: string, text: string, rest = {}) => {
  expect((await deliver('whatsapp', [message(from, text, rest)])).body).toEqual({ status: 'ok' });
  await isIdle('whatsapp', from);
};
const begin = async () => {
  const old = await newChat('whatsapp', { username: `user-${crypto.randomUUID().slice(0, 8)}` });
  await write(old, 'one');
  return { old, later: `${old}1`, before: await session(old) };
};

test('a change of id that is brought again after a later one moves nothing back', async () => {
  const { old, later, before } = await begin();
  const now = Date.now();
  const there = renamed('user', old, later, now - 2000);
  const back = renamed('user', later, old, now - 1000);
  for (const event of [there, back, there, there]) await deliver('whatsapp', [event]);
  await write(old, 'two');
  expect(await session(old)).toEqual(before);
  // The other id is nobody's by now
  expect((await deliver('whatsapp', [message(later, 'three')])).body).toEqual({ status: 'blocked' });
});

test('a change of id that is brought late, after a later one, is not made', async () => {
  const { old, later, before } = await begin();
  const now = Date.now();
  await deliver('whatsapp', [renamed('user', later, old, now - 1000)]);
  await deliver('whatsapp', [renamed('user', old, later, now - 2000)]);
  await write(old, 'two');
  expect(await session(old)).toEqual(before);
});

test('a change of id of more than a week ago is not made', async () => {
  const { old, later, before } = await begin();
  await deliver('whatsapp', [renamed('user', old, later, Date.now() - 7 * DAY - 1000)]);
  await write(old, 'two');
  expect(await session(old)).toEqual(before);
});

test('a change of id that breaks off is made when it is brought again', async () => {
  const { old, later, before } = await begin();
  const event = renamed('user', old, later);
  const platform = createPlatform('whatsapp', people().settings, livePlatformDeps(env, people().settings));
  if (platform === null) throw new Error('there is no platform');
  const chats = new Proxy(env.CHANNEL_CHAT, {
    get: () => () => {
      throw new Error('no chat can be reached');
    },
  });
  await expect(takeEvents(platform, [event], { chats, people: people() })).rejects.toThrow('reached');
  expect((await deliver('whatsapp', [event])).status).toBe(200);
  await write(later, 'two');
  expect(await session(later)).toEqual(before);
});

test('a message that is brought again does not make an id of before the one to write to', async () => {
  const phone = await newChat('whatsapp', { username: `user-${crypto.randomUUID().slice(0, 8)}` });
  const id = `VN.${phone}`;
  const now = Date.now();
  const first = message(phone, 'one', {
    sentAt: now - 2000,
    sender: { id: phone, otherIds: [id], name: null },
  });
  await deliver('whatsapp', [first]);
  await isIdle('whatsapp', phone);
  await write(id, 'two', { sentAt: now - 1000 });
  await inChat('whatsapp', id, ({ sql }) => {
    const waiting = JSON.stringify(message(id, 'three'));
    sql.exec('INSERT INTO inbox (at, message, due) VALUES (?, ?, ?)', now, waiting, now + DAY);
  });
  expect((await deliver('whatsapp', [first])).body).toEqual({ status: 'duplicate' });
  // It was not moved to where the person wrote from before
  expect(await inChat('whatsapp', id, ({ sql }) => sql.exec('SELECT 1 FROM inbox').toArray())).toHaveLength(
    1,
  );
  await inChat('whatsapp', id, ({ sql }) => sql.exec('DELETE FROM inbox'));
});
