import { runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test, vi } from 'vitest';
import { ChatSession } from '#session/chat-session.ts';
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

test('a received file is stored once, also where the chat dies before it knows', async () => {
  const chat = await newChat('imessage');
  fake.media.set(chat, { bytes: new Uint8Array([1, 2, 3]), mimeType: 'text/plain' });
  const media = [{ kind: 'document', reference: chat, fileName: 'a.txt', mimeType: null, size: 3 } as const];
  // The chat has its tables from the first message on
  await deliver('imessage', [message(chat, '/help')]);
  await isIdle('imessage', chat);
  await inChat('imessage', chat, ({ sql }) =>
    sql.exec("CREATE TRIGGER dies BEFORE INSERT ON received_file BEGIN SELECT RAISE(ABORT, 'died'); END"),
  );
  await deliver('imessage', [message(chat, 'Look', { media })]);
  const sessionNames = () =>
    inChat('imessage', chat, ({ sql }) =>
      sql
        .exec("SELECT username || '/' || session_id AS name FROM turn")
        .toArray()
        .flatMap(({ name }) => (typeof name === 'string' ? [name] : [])),
    );
  await expect.poll(sessionNames, { timeout: 8000 }).toHaveLength(1);
  const [name = ''] = await sessionNames();
  const stored = async () =>
    (await env.CHAT_SESSION.getByName(name).listFiles())?.map(({ safe_name }) => safe_name);
  await expect.poll(stored, { timeout: 8000 }).toEqual(['a.txt']);
  await inChat('imessage', chat, ({ sql }) => sql.exec('DROP TRIGGER dies'));
  await runDurableObjectAlarm(chatObject('imessage', chat));
  await isIdle('imessage', chat);
  expect(fake.texts(chat).at(-1)).toBe('You said: Look\n[File received: a.txt — saved to input/a.txt]');
  expect(await stored()).toEqual(['a.txt']);
});

test('a received file stays readable where the session takes it and the call then breaks', async () => {
  const chat = await newChat('imessage');
  // More than a row holds
  const bytes = new Uint8Array(1024 * 1024 + 1);
  fake.media.set(chat, { bytes, mimeType: 'text/plain' });
  const media = [
    { kind: 'document', reference: chat, fileName: 'a.txt', mimeType: null, size: bytes.length } as const,
  ];
  const names: (string | undefined)[] = [];
  const breaks = vi.spyOn(ChatSession.prototype, 'commitUpload').mockImplementationOnce(async function (
    this: ChatSession,
    upload,
  ) {
    names.push(this.ctx.id.name);
    await this.commitUpload(upload);
    throw new Error('the object was reset');
  });
  await deliver('imessage', [message(chat, 'Look', { media })]);
  await isIdle('imessage', chat);
  breaks.mockRestore();
  expect(fake.texts(chat).at(-1)).toBe('You said: Look\n[File received: a.txt — saved to input/a.txt]');
  const session = env.CHAT_SESSION.getByName(names[0] ?? '');
  expect((await session.listFiles())?.map(({ safe_name }) => safe_name)).toEqual(['a.txt']);
  const location = await session.locateFile('input/a.txt');
  if (typeof location === 'string' || location.kind !== 'r2') throw new Error('there is no object');
  expect((await env.FILES.head(location.key))?.size).toBe(bytes.length);
});
