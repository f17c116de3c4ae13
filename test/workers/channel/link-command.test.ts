import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test, vi } from 'vitest';
import type { Channel } from '#channel/channel.ts';
import { linkByAccountCode, newAccountCode } from '#channel/link-account.ts';
import { openChannel } from '#channel/open-channel.ts';
import { runCommand } from '#channel/run-command.ts';
import { newUser } from '../../support/workers/accounts.ts';
import { fakePlatform, message } from '../../support/workers/fake-platform.ts';
import { chatObject, isIdle, newChat, people } from './chat.ts';

vi.setConfig({ testTimeout: 40_000 });
const fake = fakePlatform('imessage');

const inChannel = (chat: string, act: (channel: Channel) => Promise<void>): Promise<void> =>
  runInDurableObject(chatObject('imessage', chat), async (_, context) => {
    const channel = openChannel(context, env);
    if (channel === null) throw new Error('not set up');
    await act(channel);
  });

test('a wish to link is answered however often it was tried before', async () => {
  const chat = await newChat('imessage');
  const asked = message(chat, '/link');
  await inChannel(chat, async (channel) => {
    const link = () => runCommand(channel, { kind: 'link', code: null }, asked);
    const there = channel.people;
    Object.assign(channel, { people: { ...there, db: {} } });
    for (let count = 0; count < 7; count += 1) await expect(link()).rejects.toThrow();
    Object.assign(channel, { people: there });
    await link();
  });
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toEqual([expect.stringContaining('Your code is')]);
});

test.each([
  {
    name: 'of this message has spent, is linked',
    sentAfterMs: -1000,
    said: 'is now linked with the account',
  },
  { name: 'of an earlier one has spent, is wrong', sentAfterMs: 60_000, said: 'is wrong or has expired' },
])('a code that a try $name', async ({ sentAfterMs, said }) => {
  const { username } = await newUser();
  const chat = await newChat('imessage');
  const { code } = await newAccountCode(username, people());
  const asked = message(chat, `/link ${code}`, { sentAt: Date.now() + sentAfterMs });
  await linkByAccountCode({ platform: 'imessage', ...asked.sender }, code, people());
  await inChannel(chat, (channel) => runCommand(channel, { kind: 'link', code }, asked));
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toEqual([expect.stringContaining(said)]);
});
