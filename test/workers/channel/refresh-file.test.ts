import { runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { FakeAnswer } from '#test/support/fake-messages-api.ts';
import { promptScript } from '#test/support/prompt-script.ts';
import { deliver, fakePlatform, message } from '../../support/workers/fake-platform.ts';
import { chatObject, inChat, isIdle, newChat } from './chat.ts';

vi.setConfig({ testTimeout: 40_000 });
const fake = fakePlatform('imessage');

const path = 'output/a.txt';
const Turn = z.object({ username: z.string(), session_id: z.string() });

test('a content that goes out before the call that hands it over has told of it goes out once', async () => {
  const chat = await newChat('imessage');
  await deliver('imessage', [message(chat, '/verbosity silent')]);
  await isIdle('imessage', chat);
  fake.answerWith(chat, { kind: 'retry', afterMs: 60_000, reason: 'flood' });
  const call = (tool: string, input: object) => ({ tool, id: crypto.randomUUID(), input });
  const slowly = Array.from({ length: 20 }, () => 'word ');
  const steps: FakeAnswer[] = [
    { blocks: [call('Write', { file_path: path, content: 'one' })] },
    { blocks: [call('Bash', { command: `printf second > ${path}` })] },
    { blocks: [{ text: slowly }, call('send_file_to_chat', { file_path: path })], delayMs: 150 },
    { blocks: [{ text: ['Done.'] }] },
  ];
  await deliver('imessage', [message(chat, promptScript(...steps))]);
  const size = async () => {
    const [row] = await inChat('imessage', chat, ({ sql }) =>
      sql.exec('SELECT username, session_id FROM turn').toArray(),
    );
    const turn = Turn.safeParse(row);
    if (!turn.success) return null;
    const session = env.CHAT_SESSION.getByName(`${turn.data.username}/${turn.data.session_id}`);
    const location = await session.locateFile(path);
    return typeof location === 'string' ? null : location.size;
  };
  await expect.poll(size, { timeout: 8000, interval: 20 }).toBe(6);
  await inChat('imessage', chat, ({ sql }) => sql.exec('UPDATE outbox SET due = 0'));
  await runDurableObjectAlarm(chatObject('imessage', chat));
  const sent = () =>
    fake.sent.flatMap((one) => (one.chatId === chat && one.bytes !== undefined ? [one.bytes] : []));
  await expect.poll(sent, { timeout: 1500, interval: 20 }).toEqual([6]);
  await isIdle('imessage', chat);
  expect(fake.texts(chat).at(-1)).toBe('Done.');
  expect(sent()).toEqual([6]);
});
