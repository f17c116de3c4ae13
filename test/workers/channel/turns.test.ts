import { abortAllDurableObjects, runDurableObjectAlarm } from 'cloudflare:test';
import { expect, test, vi } from 'vitest';
import { z } from 'zod';
import { changePlatformSettings } from '#accounts/platform-settings.ts';
import type { FakeAnswer } from '#test/support/fake-messages-api.ts';
import { promptScript } from '#test/support/prompt-script.ts';
import { newUser, send } from '../../support/workers/accounts.ts';
import { deliver, fakePlatform, message } from '../../support/workers/fake-platform.ts';
import { connectSocket } from '../../support/workers/socket.ts';
import { chatObject, inChat, isIdle, newChat, people } from './chat.ts';

vi.setConfig({ testTimeout: 40_000 });
const fake = fakePlatform('imessage');

const say = (chat: string, text: string, rest: Parameters<typeof message>[2] = {}) =>
  deliver('imessage', [message(chat, text, rest)]);
const sent = (chat: string) => expect.poll(() => fake.texts(chat), { timeout: 8000 });
const conversation = (chat: string) =>
  inChat('imessage', chat, ({ sql }) =>
    z
      .object({ username: z.string(), session_id: z.string() })
      .parse(sql.exec('SELECT * FROM conversation').one()),
  );
const says = (text: string): FakeAnswer => ({ blocks: [{ text: [text] }] });
const writes = (path: string, content: string, id = path): FakeAnswer => ({
  blocks: [{ tool: 'Write', id, input: { file_path: `/workspace/${path}`, content } }],
});

test('a chat stays in its session until it grows old or is left', async () => {
  const chat = await newChat('imessage');
  await say(chat, 'one');
  await isIdle('imessage', chat);
  const first = await conversation(chat);
  await say(chat, 'two');
  await isIdle('imessage', chat);
  expect(await conversation(chat)).toEqual(first);

  await inChat('imessage', chat, ({ sql }) => sql.exec('UPDATE conversation SET created_at = 0'));
  await say(chat, 'three');
  await isIdle('imessage', chat);
  const second = await conversation(chat);
  expect(second.session_id).not.toBe(first.session_id);

  await say(chat, ' New Chat ');
  await isIdle('imessage', chat);
  await say(chat, 'four');
  await isIdle('imessage', chat);
  expect((await conversation(chat)).session_id).not.toBe(second.session_id);
  expect(fake.texts(chat)).toEqual([
    'You said: one',
    'You said: two',
    expect.stringContaining('Session Refreshed'),
    'You said: three',
    expect.stringContaining('New Session Started'),
    'You said: four',
  ]);
});

test('/compact is answered when the conversation is summarised', async () => {
  const chat = await newChat('imessage');
  await say(chat, 'one');
  await isIdle('imessage', chat);
  await say(chat, '/compact');
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toEqual(['You said: one', 'Conversation summarised.']);
});

test('a session that was deleted is replaced without a word', async () => {
  const user = await newUser();
  const chat = await newChat('imessage', { username: user.username });
  await say(chat, 'one');
  await isIdle('imessage', chat);
  const { session_id, username } = await conversation(chat);
  expect(username).toBe(user.username);
  expect((await send('DELETE', `/api/v1/sessions/${session_id}`, { token: user.token })).ok).toBe(true);
  await say(chat, 'two');
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toEqual(['You said: one', 'You said: two']);
});

test('the agent of messengers and the age of sessions come from the stored settings', async () => {
  const chat = await newChat('imessage');
  await changePlatformSettings({ session_max_age_hours: 0.0001 }, people());
  await say(chat, 'one');
  await isIdle('imessage', chat);
  await say(chat, 'two');
  await isIdle('imessage', chat);
  await changePlatformSettings({ session_max_age_hours: null }, people());
  expect(fake.texts(chat)[1]).toContain('Session Refreshed');
});

test.each(['stop', 'Cancel', '/stop'])(
  '%s ends the turn at once, and what waited behind it',
  async (word) => {
    const chat = await newChat('imessage');
    await say(chat, promptScript({ blocks: [{ text: ['never', ' ends'] }], hangAfter: 1 }));
    await expect
      .poll(() => inChat('imessage', chat, ({ sql }) => sql.exec('SELECT started FROM turn').toArray()), {
        timeout: 8000,
      })
      .toEqual([{ started: 1 }]);
    await say(chat, 'something else');
    await say(chat, word);
    await isIdle('imessage', chat);
    expect(fake.texts(chat).at(-1)).toBe('Stopped.');
    expect(fake.texts(chat).join()).not.toContain('something else');
    await say(chat, word);
    await isIdle('imessage', chat);
    expect(fake.texts(chat).at(-1)).toBe('Nothing is running.');
  },
);

test('stop ends the chat’s own turn, and not one of the page before which it waits', async () => {
  const user = await newUser();
  const chat = await newChat('imessage', { username: user.username });
  await say(chat, 'one');
  await isIdle('imessage', chat);
  const { session_id } = await conversation(chat);
  const { socket } = await connectSocket({ token: user.token, session_id });
  const pieces = Array.from({ length: 20 }, (_, index) => `p${index} `);
  socket.send({
    type: 'user_message',
    content: promptScript({ blocks: [{ text: pieces }], delayMs: 150 }),
  });
  await socket.next('text_delta');
  await say(chat, promptScript({ blocks: [{ text: ['never', ' ends'] }], hangAfter: 1 }));
  const turn = () =>
    inChat('imessage', chat, ({ sql }) => sql.exec('SELECT phase, started, stop FROM turn').toArray());
  await expect.poll(turn, { timeout: 8000 }).toEqual([{ phase: 'running', started: 0, stop: 0 }]);
  await say(chat, '/stop');
  expect(await turn()).toEqual([{ phase: 'running', started: 0, stop: 1 }]);
  await isIdle('imessage', chat);
  const told = socket.events.flatMap((event) => (event.type === 'assistant_text' ? [event.text] : []));
  expect(told).toEqual([pieces.join('')]);
  expect(fake.texts(chat)).toEqual(['You said: one', expect.stringMatching(/^(never.*)?Stopped\.$/)]);
});

test('what the agent does is told, and files it writes to output/ are sent, each content once', async () => {
  const chat = await newChat('imessage');
  await say(
    chat,
    promptScript(writes('notes.txt', 'for me'), writes('output/a.txt', 'for you'), {
      blocks: [{ text: ['Done, see /workspace/output/a.txt'] }],
    }),
  );
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toEqual([
    expect.stringContaining('Saving'),
    expect.stringContaining('✅'),
    expect.stringContaining('Saving'),
    expect.stringContaining('✅'),
    'a.txt',
    'Done, see output/a.txt',
  ]);
  expect(fake.sent.find(({ text }) => text === 'a.txt')?.bytes).toBe(7);
});

test('a platform that cannot take the file gets a link that works', async () => {
  const chat = await newChat('imessage');
  await say(chat, '/verbosity silent');
  await isIdle('imessage', chat);
  fake.answerWith(chat, { kind: 'unsupported', reason: 'no files here' });
  await say(chat, promptScript(writes('output/a.txt', 'for you'), says('Done.')));
  await isIdle('imessage', chat);
  const [, link, last] = fake.texts(chat);
  expect(last).toBe('Done.');
  expect(link).toMatch(/^📎 \*\*a\\?\.txt\*\* \(7 B\)\n<http.*>\n⏰ Link expires in 24h$/);
  const path = new URL(/<(.*)>/.exec(link ?? '')?.[1] ?? '').pathname;
  expect(await (await send('GET', path)).text()).toBe('for you');
});

test('a secret that the agent says does not leave', async () => {
  const chat = await newChat('imessage');
  await say(chat, promptScript(says('The key is sk-ant-api03-abcdefghijklmnopqrstuvwxyz0123456789.')));
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toEqual(['The key is ***REDACTED***.']);
});

test('the answer shows while it grows, where the chat can show that', async () => {
  fake.hasDrafts = true;
  const chat = await newChat('imessage');
  fake.hasDrafts = true;
  await say(chat, promptScript({ blocks: [{ text: ['Hello', ' you'] }] }));
  await isIdle('imessage', chat);
  fake.hasDrafts = false;
  expect(fake.texts(chat)).toEqual(['Hello you']);
  expect(fake.drafts[0]).toMatch(/^Hello/);
});

test('a crash while the agent works loses nothing and doubles nothing', async () => {
  const chat = await newChat('imessage');
  await say(
    chat,
    promptScript(
      { blocks: [{ text: ['First.'] }, { tool: 'Bash', id: 'b1', input: { command: 'echo one' } }] },
      { blocks: [{ text: ['Second', ' part.'] }], delayMs: 200 },
    ),
  );
  await sent(chat).toContainEqual(expect.stringContaining('✅'));
  await abortAllDurableObjects();
  await runDurableObjectAlarm(chatObject('imessage', chat));
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toEqual([
    'First.',
    expect.stringContaining('Executing'),
    expect.stringContaining('✅'),
    'Second part.',
  ]);
});

test('a crash before the prompt is handed over changes nothing but the time', async () => {
  const chat = await newChat('imessage');
  await say(chat, 'hello');
  await abortAllDurableObjects();
  await expect.poll(() => runDurableObjectAlarm(chatObject('imessage', chat))).toBe(true);
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toEqual(['You said: hello']);
});

test('an edit replaces what still waits; a later one is ignored', async () => {
  const chat = await newChat('imessage');
  await say(chat, 'helo', { messageId: 'x1' });
  await say(chat, 'hello', { messageId: 'x1', editOf: 'x1' });
  await isIdle('imessage', chat);
  await say(chat, 'hullo', { messageId: 'x1', editOf: 'x1' });
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toEqual(['You said: hello']);
});

test('files go to input/, images to the model besides, and what cannot be used is told', async () => {
  const user = await newUser();
  const chat = await newChat('imessage', { username: user.username });
  fake.media.set('p', { bytes: new Uint8Array([1, 2, 3]), mimeType: 'image/png' });
  fake.media.set('d', { bytes: new TextEncoder().encode('a,b'), mimeType: 'text/csv' });
  fake.media.set('gone', 'it is gone');
  const media = (reference: string, kind: 'image' | 'document', fileName: string | null) =>
    ({ kind, reference, fileName, mimeType: null, size: null }) as const;
  await say(chat, 'look', {
    media: [
      media('p', 'image', null),
      media('d', 'document', 'my data.csv'),
      media('gone', 'document', 'b.pdf'),
    ],
  });
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toEqual([
    '⚠️ I could not use b.pdf: it is gone.',
    'You said: look\n[File received: image.png — saved to input/image.png]\n[File received: my data.csv — saved to input/mydata.csv]',
  ]);
  const { session_id } = await conversation(chat);
  const history: { messages: { content: unknown }[] } = await (
    await send('GET', `/api/v1/sessions/${session_id}/history`, { token: user.token })
  ).json();
  expect(JSON.stringify(history.messages[0])).toContain('AQID');
});

test('an image that is too large as base64 is a file and nothing more', async () => {
  const user = await newUser();
  const chat = await newChat('imessage', { username: user.username });
  fake.media.set('large', { bytes: new Uint8Array(4 * 1024 * 1024), mimeType: 'image/png' });
  const media = { kind: 'image', reference: 'large', fileName: 'a.png', mimeType: null, size: null } as const;
  await say(chat, 'look', { media: [media] });
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toEqual(['You said: look\n[File received: a.png — saved to input/a.png]']);
  const { session_id } = await conversation(chat);
  const history = await send('GET', `/api/v1/sessions/${session_id}/history`, { token: user.token });
  expect(await history.text()).not.toContain('base64');
});

test('a turn of the page in the same session stays there', async () => {
  const user = await newUser();
  const chat = await newChat('imessage', { username: user.username });
  await say(chat, 'one');
  await isIdle('imessage', chat);
  const { session_id } = await conversation(chat);
  const { socket } = await connectSocket({ token: user.token, session_id });
  await socket.say('from the page');
  await say(chat, 'two');
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toEqual(['You said: one', 'You said: two']);
});
