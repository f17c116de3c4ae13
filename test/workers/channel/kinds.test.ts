import { env } from 'cloudflare:workers';
import { expect, test, vi } from 'vitest';
import { catchUp } from '#channel/catch-up.ts';
import { promptScript } from '#test/support/prompt-script.ts';
import { addWhitelistEntry } from '#channel/whitelist.ts';
import { deliver, fakePlatform, message, renamed } from '../../support/workers/fake-platform.ts';
import { inChat, isIdle, newChat, people } from './chat.ts';

vi.setConfig({ testTimeout: 40_000 });
const whatsapp = fakePlatform('whatsapp');
const fake = fakePlatform('imessage');
const costly = fakePlatform('zalo', { coalesce: true });

const works = promptScript(
  {
    blocks: [
      { text: ['I look first.'] },
      { tool: 'Write', id: 'w1', input: { file_path: '/workspace/a.txt', content: 'x' } },
    ],
  },
  { blocks: [{ text: ['All is well.'] }] },
);

test.each([
  { verbosity: 'silent', texts: ['All is well.'] },
  { verbosity: 'status', texts: ['I look first.', 'All is well.'] },
  {
    verbosity: 'full',
    texts: [
      'I look first.',
      expect.stringContaining('Saving'),
      expect.stringContaining('✅'),
      'All is well.',
    ],
  },
])('$verbosity shows $texts.length messages', async ({ verbosity, texts }) => {
  const chat = await newChat('imessage');
  await deliver('imessage', [message(chat, `/verbosity ${verbosity}`)]);
  await deliver('imessage', [message(chat, works)]);
  await isIdle('imessage', chat);
  expect(fake.texts(chat).slice(1)).toEqual(texts);
});

test('where messages are costly, all of a turn is one', async () => {
  const chat = await newChat('zalo');
  await deliver('zalo', [message(chat, works)]);
  await isIdle('zalo', chat);
  expect(costly.texts(chat)).toEqual(['I look first.\n\nAll is well.']);
});

test('the parts of an album are one prompt', async () => {
  const chat = await newChat('imessage');
  for (const name of ['a.png', 'b.png']) {
    fake.media.set(name, { bytes: new Uint8Array([1]), mimeType: 'image/png' });
    const media = [{ kind: 'image', reference: name, fileName: name, mimeType: null, size: 1 }] as const;
    await deliver('imessage', [message(chat, '', { album: 'x', media })]);
    await new Promise((resolve) => setTimeout(resolve, 800));
  }
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toEqual([
    'You said: [File received: a.png — saved to input/a.png]\n[File received: b.png — saved to input/b.png]',
  ]);
});

test('in a group each member has a session of their own, and answers come one after the other', async () => {
  const [anna, ben] = [await newChat('imessage'), await newChat('imessage')];
  const group = `group-${anna}`;
  const says = (id: string, text: string) =>
    deliver('imessage', [message(group, text, { isGroup: true, sender: { id, otherIds: [], name: null } })]);
  await says(anna, 'I am Anna');
  await says(ben, 'I am Ben');
  await isIdle('imessage', group);
  expect(fake.texts(group)).toEqual(['You said: I am Anna', 'You said: I am Ben']);
  const sessions = await inChat('imessage', group, ({ sql }) =>
    sql.exec('SELECT DISTINCT session_id FROM conversation').toArray(),
  );
  expect(sessions).toHaveLength(2);
});

test('only who asked may answer', async () => {
  const [anna, ben] = [await newChat('imessage'), await newChat('imessage')];
  const group = `group-${anna}`;
  const says = (id: string, text: string, rest = {}) =>
    deliver('imessage', [
      message(group, text, { isGroup: true, sender: { id, otherIds: [], name: null }, ...rest }),
    ]);
  const plan = promptScript(
    { blocks: [{ tool: 'ExitPlanMode', id: 'p1', input: { plan: '# A plan' } }] },
    { blocks: [{ text: ['Thank you.'] }] },
  );
  await says(anna, plan);
  await expect.poll(() => fake.texts(group), { timeout: 8000 }).toHaveLength(1);
  const choice = fake.sent.find(({ chatId }) => chatId === group)?.choices?.[0]?.split(' ')[0] ?? null;
  await says(ben, 'Approve', { choice });
  await expect.poll(() => fake.texts(group), { timeout: 8000 }).toHaveLength(2);
  expect(fake.texts(group)[1]).toBe('Only who asked can answer this.');
  await says(ben, 'hello');
  await says(anna, '1');
  await isIdle('imessage', group);
  expect(fake.texts(group).slice(2)).toEqual(['Thank you.', 'You said: hello']);
});

test('a person or a chat that goes on under another id keeps what it had', async () => {
  const chat = await newChat('imessage', { username: 'dora' });
  await deliver('imessage', [message(chat, 'one')]);
  await isIdle('imessage', chat);
  const [person, place] = [`${chat}1`, `${chat}2`];
  await deliver('imessage', [renamed('user', chat, person), renamed('chat', chat, place)]);
  await deliver('imessage', [message(place, 'two', { sender: { id: person, otherIds: [], name: null } })]);
  await isIdle('imessage', place);
  const session = (name: string) =>
    inChat('imessage', name, ({ sql }) =>
      sql.exec('SELECT username, session_id FROM conversation').toArray(),
    );
  expect(await session(place)).toEqual(await session(chat));
  expect(await session(place)).toMatchObject([{ username: 'dora' }]);
});

test('a person whom the platform calls by several ids, and then by others, keeps all there was', async () => {
  const phone = await newChat('whatsapp', { username: 'emil' });
  const [id, later] = [`VN.${phone}`, `VN.9${phone}`];
  const write = (from: string, otherIds: string[], text: string) =>
    deliver('whatsapp', [message(from, text, { sender: { id: from, otherIds, name: null } })]);
  const session = (name: string) =>
    inChat('whatsapp', name, ({ sql }) =>
      sql.exec('SELECT username, session_id FROM conversation').toArray(),
    );
  await write(phone, [id], 'one');
  await isIdle('whatsapp', phone);
  // Under a user name of theirs the number is not told any more
  await write(id, [], 'two');
  await isIdle('whatsapp', id);
  expect(whatsapp.texts(id)).toEqual(['You said: two']);
  expect(await session(id)).toMatchObject([{ username: 'emil' }]);
  expect(await session(id)).toEqual(await session(phone));

  await inChat('whatsapp', id, ({ sql }) => {
    const waiting = JSON.stringify(message(id, 'three'));
    sql.exec('INSERT INTO inbox (at, message) VALUES (?, ?)', Date.now(), waiting);
  });
  const moved = renamed('user', id, later);
  await deliver('whatsapp', [moved]);
  await deliver('whatsapp', [moved]);
  await isIdle('whatsapp', later);
  expect(whatsapp.texts(later)).toEqual(['You said: three']);
  expect(await session(later)).toEqual(await session(phone));
});

test('a topic is a chat of its own', async () => {
  const chat = await newChat('imessage');
  const address = { chatId: chat, threadId: '7' };
  await addWhitelistEntry(
    { platform: 'imessage', phone_number: chat, label: '', mapped_username: '' },
    people(),
  );
  await deliver('imessage', [message(chat, 'in the topic', { address }), message(chat, 'outside')]);
  await isIdle('imessage', chat);
  await isIdle('imessage', `${chat}/7`);
  expect(fake.texts(chat).toSorted()).toEqual(['You said: in the topic', 'You said: outside']);
});

test('where nobody writes for long, what is asked for moves on all the same', async () => {
  const since: number[] = [];
  fake.askedSince = since;
  fake.missed = [];
  const day = 24 * 60 * 60 * 1000;
  const start = Date.now() + day;
  await catchUp(env, { now: () => start });
  fake.missed = [message(await newChat('imessage'), '/help', { sentAt: start })];
  for (const at of [start, start + 60_000, start + 9 * day, start + 9 * day + 1])
    await catchUp(env, { now: () => at });
  fake.missed = undefined;
  await env.DB.prepare('DELETE FROM setting WHERE key = ?').bind('platform.caught_up.imessage').run();
  expect(since).toEqual([start, start, start, start + 8 * day]);
});

test('a message of more than a week ago is not taken, even if it is not known any more', async () => {
  const chat = await newChat('imessage');
  const sentAt = Date.now() - 7 * 24 * 60 * 60 * 1000;
  const old = message(chat, 'old', { sentAt: sentAt - 1000 });
  expect(await deliver('imessage', [old])).toEqual({ status: 200, body: { status: 'ignored' } });
  await deliver('imessage', [message(chat, 'newer', { sentAt: sentAt + 60_000 })]);
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toEqual(['You said: newer']);
});

test('what came while nobody listened is asked for, and answered once', async () => {
  const chat = await newChat('imessage');
  fake.missed = [message(chat, 'before we began')];
  await catchUp(env);
  const missed = message(chat, 'are you there?', { sentAt: Date.now() });
  fake.missed = [missed];
  await catchUp(env);
  await deliver('imessage', [missed]);
  await catchUp(env);
  fake.missed = undefined;
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toEqual(['You said: are you there?']);
});
