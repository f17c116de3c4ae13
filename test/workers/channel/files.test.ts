import { runDurableObjectAlarm } from 'cloudflare:test';
import { expect, test, vi } from 'vitest';
import { promptScript } from '#test/support/prompt-script.ts';
import type { FakeAnswer } from '#test/support/fake-messages-api.ts';
import { deliver, fakePlatform, message } from '../../support/workers/fake-platform.ts';
import { chatObject, inChat, isIdle, newChat } from './chat.ts';

vi.setConfig({ testTimeout: 40_000 });
const fake = fakePlatform('imessage');

const path = 'output/a.txt';
const call = (tool: string, input: object): FakeAnswer => ({
  blocks: [{ tool, id: crypto.randomUUID(), input }],
});
const writes = (content: string) => call('Write', { file_path: path, content });

const cases = [
  { name: 'nothing more', steps: [], sent: ['a.txt: 3', 'Done.'] },
  {
    name: 'written again',
    steps: [call('Read', { file_path: path }), writes('second!')],
    sent: ['a.txt: 7', 'Done.'],
  },
  {
    name: 'edited',
    steps: [
      call('Read', { file_path: path }),
      call('Edit', { file_path: path, old_string: 'one', new_string: 'three' }),
    ],
    sent: ['a.txt: 5', 'Done.'],
  },
  {
    name: 'removed',
    steps: [call('Bash', { command: `rm ${path}` })],
    sent: ['The file a.txt was removed before it could be sent.', 'Done.'],
  },
] as const;

test.each(cases)('a file that waits, and meanwhile is: $name', async ({ steps, sent }) => {
  const chat = await newChat('imessage');
  await deliver('imessage', [message(chat, '/verbosity silent')]);
  await isIdle('imessage', chat);
  fake.answerWith(chat, { kind: 'retry', afterMs: 60_000, reason: 'flood' });
  const script = promptScript(writes('one'), ...steps, { blocks: [{ text: ['Done.'] }] });
  await deliver('imessage', [message(chat, script)]);
  const isOver = () =>
    inChat('imessage', chat, ({ sql }) =>
      Number(sql.exec("SELECT count(*) AS n FROM outbox WHERE piece LIKE '%Done.%'").one()['n']),
    );
  await expect.poll(isOver, { timeout: 8000 }).toBe(1);
  await inChat('imessage', chat, ({ sql }) => sql.exec('UPDATE outbox SET due = 0'));
  await runDurableObjectAlarm(chatObject('imessage', chat));
  await isIdle('imessage', chat);
  const mine = fake.sent.filter(({ chatId }) => chatId === chat).slice(1);
  expect(mine.map(({ text, bytes }) => (bytes === undefined ? text : `${text}: ${bytes}`))).toEqual(sent);
});

test('a file that may have arrived, and then goes out as a link, says that it may be a repeat', async () => {
  const chat = await newChat('imessage');
  await deliver('imessage', [message(chat, '/verbosity silent')]);
  await isIdle('imessage', chat);
  fake.answerWith(
    chat,
    { kind: 'unknown', reason: 'timeout' },
    { kind: 'sent', messageId: null },
    { kind: 'unsupported', reason: 'too large' },
  );
  await deliver('imessage', [message(chat, promptScript(writes('one'), { blocks: [{ text: ['Done.'] }] }))]);
  await isIdle('imessage', chat);
  expect(fake.texts(chat).slice(1)).toEqual([
    'a.txt',
    '(may be a repeat)',
    expect.stringMatching(/^\(may be a repeat\) 📎/),
    'Done.',
  ]);
});
