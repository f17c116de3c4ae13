import { abortAllDurableObjects, runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { FakeAnswer } from '#test/support/fake-messages-api.ts';
import { promptScript } from '#test/support/prompt-script.ts';
import { newUser } from '../../support/workers/accounts.ts';
import { deliver, fakePlatform, message, renamed } from '../../support/workers/fake-platform.ts';
import { connectSocket } from '../../support/workers/socket.ts';
import { chatObject, inChat, isIdle, newChat } from './chat.ts';

vi.setConfig({ testTimeout: 60_000 });
const fake = fakePlatform('whatsapp');
const group = fakePlatform('telegram');

const colour = {
  question: 'Which colour?',
  header: 'Colour',
  options: [{ label: 'Red' }, { label: 'Blue' }],
};
const asks: FakeAnswer = {
  blocks: [{ tool: 'AskUserQuestion', id: 'q1', input: { questions: [colour] } }],
};
const says = (...text: string[]): FakeAnswer => ({ blocks: [{ text }] });
const slowly = (answer: FakeAnswer): FakeAnswer => ({ ...answer, delayMs: 400 });
const works: FakeAnswer = {
  blocks: [
    { text: ['I look first.'] },
    { tool: 'Write', id: 'w1', input: { file_path: '/workspace/a.txt', content: 'x' } },
  ],
};

async function newPerson() {
  const user = await newUser();
  const old = await newChat('whatsapp', { username: user.username });
  return { user, old, later: `${old}1` };
}
const write = (chat: string, text: string, rest = {}) => deliver('whatsapp', [message(chat, text, rest)]);
const move = (from: string, to: string) => deliver('whatsapp', [renamed('user', from, to)]);
const has = (chat: string, count: number) =>
  expect.poll(() => fake.texts(chat), { timeout: 8000 }).toHaveLength(count);
const phaseIs = (chat: string, phase: string) =>
  expect
    .poll(() => inChat('whatsapp', chat, ({ sql }) => sql.exec('SELECT phase FROM turn').toArray()), {
      timeout: 8000,
    })
    .toEqual([{ phase }]);
const sessionOf = (chat: string) =>
  inChat('whatsapp', chat, ({ sql }) =>
    z.string().parse(sql.exec('SELECT session_id AS id FROM conversation').one()['id']),
  );
const choiceOf = (chat: string, index: number) =>
  fake.sent
    .findLast(({ chatId, choices }) => chatId === chat && choices !== undefined)
    ?.choices?.[index]?.split(' ')[0] ?? null;

test('a turn under way goes on in the new chat, and each message is said once', async () => {
  const { old, later } = await newPerson();
  await write(old, '/verbosity status');
  await write(old, promptScript(works, slowly(says('All is well.'))));
  await has(old, 2);
  await move(old, later);
  await isIdle('whatsapp', old);
  await isIdle('whatsapp', later);
  expect(fake.texts(old).slice(1)).toEqual(['I look first.']);
  expect(fake.texts(later)).toEqual(['All is well.']);
  expect(await sessionOf(later)).toBe(await sessionOf(old));
});

test('a turn that is still being prepared goes on in the new chat, and its files are not stored twice', async () => {
  const { user, old, later } = await newPerson();
  await write(old, '/help');
  await isIdle('whatsapp', old);
  const media = [
    { kind: 'document', reference: 'gone', fileName: 'a.txt', mimeType: null, size: 1 },
  ] as const;
  const asked = message(old, 'look at it', { media });
  await inChat('whatsapp', old, ({ sql }) => {
    sql.exec('INSERT INTO inbox (at, message, taken) VALUES (?, ?, 1)', Date.now(), JSON.stringify(asked));
    sql.exec(
      `INSERT INTO turn (id, message_id, sender_id, username, session_id, verbosity, is_group, last_message_id, phase, position)
       VALUES (1, ?, ?, ?, ?, 'full', 0, 'm', 'preparing', 0)`,
      crypto.randomUUID(),
      old,
      user.username,
      crypto.randomUUID(),
    );
    // What became of the file: what it refers to is not there to be fetched again
    const outcome = { kind: 'stored', name: 'a.txt', safeName: 'a.txt', mimeType: 'text/plain', size: 1 };
    sql.exec(
      'INSERT INTO received_file (key, outcome) VALUES (?, ?)',
      `${asked.key}#0`,
      JSON.stringify(outcome),
    );
  });
  await move(old, later);
  await isIdle('whatsapp', old);
  await isIdle('whatsapp', later);
  expect(fake.texts(old)).toHaveLength(1);
  expect(fake.texts(later)).toEqual(['You said: look at it\n[File received: a.txt — saved to input/a.txt]']);
});

test('a question that is open is asked in the new chat, and answered there', async () => {
  const { old, later } = await newPerson();
  await write(old, promptScript(asks, says('Thank you.')));
  await has(old, 1);
  await phaseIs(old, 'waiting');
  const button = choiceOf(old, 0);
  await move(old, later);
  await has(later, 1);
  await phaseIs(later, 'waiting');
  await isIdle('whatsapp', old);
  expect(fake.texts(later)).toEqual(['**Colour**\nWhich colour?']);
  // While it waits there is no alarm, there either
  expect(await inChat('whatsapp', later, (storage) => storage.getAlarm())).toBeNull();
  // A button of the old chat fits nothing in the new one
  await write(later, 'Red', { choice: button });
  await has(later, 2);
  await write(later, 'Blue', { choice: choiceOf(later, 1) });
  await isIdle('whatsapp', later);
  expect(fake.texts(later).slice(1)).toEqual(['That was answered already.', 'Thank you.']);
  expect(fake.texts(old)).toEqual(['**Colour**\nWhich colour?']);
});

test('a question that moved is answered on the page: the new chat is woken, and gets what follows', async () => {
  const { user, old, later } = await newPerson();
  await write(old, promptScript(asks, says('Thank you.')));
  await phaseIs(old, 'waiting');
  await move(old, later);
  await phaseIs(later, 'waiting');
  const { socket } = await connectSocket({ token: user.token, session_id: await sessionOf(later) });
  socket.send({ type: 'user_answer', question_id: 'q1', answers: { 'Which colour?': 'Red' } });
  await isIdle('whatsapp', later);
  expect(fake.sent.filter(({ chatId }) => chatId === later).slice(1)).toEqual([
    { chatId: later, what: 'edit', text: '✔️ Answered elsewhere.' },
    { chatId: later, what: 'message', text: 'Thank you.' },
  ]);
});

test('in a group that becomes another, who asked may answer, and nothing of before is quoted', async () => {
  const [anna, ben] = [await newChat('telegram'), await newChat('telegram')];
  const [old, later] = [`-${anna}`, `-100${anna}`];
  const say = (chat: string, id: string, text: string) =>
    deliver('telegram', [message(chat, text, { isGroup: true, sender: { id, otherIds: [], name: null } })]);
  await say(old, anna, promptScript(asks, says('Thank you.')));
  await expect.poll(() => group.texts(old), { timeout: 8000 }).toHaveLength(1);
  await deliver('telegram', [renamed('chat', old, later)]);
  await expect.poll(() => group.texts(later), { timeout: 8000 }).toHaveLength(1);
  await say(later, ben, '1');
  await say(later, anna, '2');
  await isIdle('telegram', later);
  expect(group.texts(later)).toEqual(['**Colour**\nWhich colour?', 'Thank you.', 'You said: 1']);
  const quotes = (chat: string) =>
    inChat('telegram', chat, ({ sql }) =>
      sql.exec('SELECT reply_to IS NULL AS n FROM outbox ORDER BY id').toArray(),
    );
  expect((await quotes(old))[0]).toEqual({ n: 0 });
  // Ben's message is the first that is of this chat
  expect(await quotes(later)).toEqual([{ n: 1 }, { n: 1 }, { n: 0 }]);
});

test('what is being sent, and what waits to be, goes on in the new chat; the first says that it may be a repeat', async () => {
  const { old, later } = await newPerson();
  await write(old, '/help');
  await isIdle('whatsapp', old);
  await inChat('whatsapp', old, ({ sql }) => {
    const row = (text: string, state: string) =>
      sql.exec(
        "INSERT INTO outbox (created_at, kind, content, piece, state, due) VALUES (?, 'answer', ?, ?, ?, ?)",
        Date.now(),
        JSON.stringify({ kind: 'text', markdown: text }),
        JSON.stringify({ request: { text }, file: null }),
        state,
        Date.now() + 60_000,
      );
    row('one', 'sending');
    row('two', 'pending');
    sql.exec('UPDATE outbox SET due = 0');
  });
  await move(old, later);
  await isIdle('whatsapp', later);
  expect(fake.texts(later)).toEqual(['(may be a repeat) one', 'two']);
  expect(fake.texts(old)).toHaveLength(1);
});

test('where the new chat has a turn of its own, the other comes after it', async () => {
  const { user, old } = await newPerson();
  const later = await newChat('whatsapp', { username: user.username });
  await write(old, promptScript(slowly(says('from before'))));
  await write(later, promptScript(asks, says('Thank you.')));
  await phaseIs(later, 'waiting');
  await phaseIs(old, 'running');
  await move(old, later);
  await write(later, '1');
  await isIdle('whatsapp', old);
  await isIdle('whatsapp', later);
  expect(fake.texts(later)).toEqual(['**Colour**\nWhich colour?', 'Thank you.', 'from before']);
  expect(fake.texts(old)).toEqual([]);
});

test('what has left and could not be handed on is handed on after a kill, once', async () => {
  const { old, later } = await newPerson();
  await write(old, promptScript(asks, says('Thank you.')));
  await phaseIs(old, 'waiting');
  // What cannot be handed on, and what comes after it waits
  await inChat('whatsapp', old, ({ sql }) =>
    sql.exec("INSERT INTO leaving (target, body) VALUES ('telegram/0', '')"),
  );
  expect((await move(old, later).catch(() => null)) ?? { status: 500 }).toMatchObject({ status: 500 });
  await inChat('whatsapp', old, ({ sql }) => sql.exec("DELETE FROM leaving WHERE target = 'telegram/0'"));
  await abortAllDurableObjects();
  await runDurableObjectAlarm(chatObject('whatsapp', old));
  await phaseIs(later, 'waiting');
  expect(fake.texts(later)).toEqual(['**Colour**\nWhich colour?']);
  const [copy] = await inChat('whatsapp', old, ({ sql }) => sql.exec('SELECT * FROM leaving').toArray());
  expect(copy).toBeUndefined();
  await write(later, '2');
  await isIdle('whatsapp', later);
  expect(fake.texts(later).at(-1)).toBe('Thank you.');
});

test('what is handed on twice is there once', async () => {
  const { old, later } = await newPerson();
  await write(old, promptScript(asks, says('Thank you.')));
  await phaseIs(old, 'waiting');
  const waiting = message(old, 'waits');
  const moved = await inChat('whatsapp', old, ({ sql }) => ({
    key: crypto.randomUUID(),
    chatId: old,
    conversations: sql.exec('SELECT * FROM conversation').toArray(),
    messages: [JSON.stringify(waiting)],
    outbox: [],
    turn: {
      turn: sql.exec('SELECT * FROM turn').one(),
      messages: [],
      received: [],
      delivered: [],
      questions: sql.exec('SELECT * FROM question').toArray(),
    },
  }));
  const target = env.CHANNEL_CHAT.getByName(`whatsapp/${later}`);
  await target.adopt(JSON.stringify(moved));
  await target.adopt(JSON.stringify(moved));
  await phaseIs(later, 'waiting');
  const counts = await inChat('whatsapp', later, ({ sql }) => ({
    inbox: sql.exec('SELECT count(*) AS n FROM inbox').one()['n'],
    arrived: sql.exec('SELECT count(*) AS n FROM arrived').one()['n'],
    sender: sql.exec('SELECT sender_id FROM turn').one()['sender_id'],
  }));
  expect(counts).toEqual({ inbox: 1, arrived: 0, sender: later });
  expect(fake.texts(later)).toEqual(['**Colour**\nWhich colour?']);
});

/** A chat of an account, and a conversation on the page that asks in it. */
async function askedOnPage() {
  const { user, old, later } = await newPerson();
  await write(old, 'hello');
  await has(old, 1);
  const { socket, ready } = await connectSocket({ token: user.token });
  const begun = socket.next('session_id');
  socket.send({ content: promptScript(slowly(asks), says('Thank you.')) });
  await begun;
  await socket.close();
  await has(old, 2);
  const session = `${user.username}/${ready.type === 'ready' ? ready.cwd_id : ''}`;
  const waiting = () => env.CHAT_SESSION.getByName(session).waitingCalls();
  const linked = () => env.USER_SPACE.getByName(user.username).linkedChats();
  return { old, later, waiting, linked };
}

const rowsOf = (chat: string) =>
  inChat('whatsapp', chat, ({ sql }) => ({
    person: sql.exec('SELECT username FROM person').toArray().length,
    questions: sql.exec('SELECT state FROM question').toArray().length,
    looks: sql.exec('SELECT * FROM asked_elsewhere').toArray().length,
  }));
const nothing = { person: 0, questions: 0, looks: 0 };

test('what is asked elsewhere goes with its person: asked in the new chat, answered there', async () => {
  const { old, later, waiting, linked } = await askedOnPage();
  expect(await linked()).toEqual([`whatsapp/${old}`]);
  await move(old, later);
  await has(later, 1);
  expect(fake.texts(later)[0]).toContain('Which colour?');
  await expect.poll(linked, { timeout: 8000 }).toEqual([`whatsapp/${later}`]);
  await isIdle('whatsapp', later);
  await write(later, 'Blue', { choice: choiceOf(later, 1) });
  await expect.poll(() => fake.texts(later).at(-1), { timeout: 8000 }).toBe('✔️ Blue');
  await expect.poll(waiting, { timeout: 8000 }).toEqual([]);
  await isIdle('whatsapp', old);
  await expect.poll(() => rowsOf(old)).toEqual(nothing);
  expect(fake.texts(old)).toHaveLength(2);
});

test.each([
  {
    name: 'was not sent yet',
    sql: "UPDATE outbox SET state = 'pending', due = 9e15 WHERE id = (SELECT max(id) FROM outbox)",
  },
  {
    name: 'was answered, and the answer not handed over',
    sql: `UPDATE question SET state = 'answered', reply = '{"kind":"answers","answers":{"Which colour?":"Red"}}'`,
  },
])('what is asked elsewhere goes with its person: one that $name', async ({ name, sql: change }) => {
  const { old, later, waiting } = await askedOnPage();
  await inChat('whatsapp', old, ({ sql }) => sql.exec(change));
  await move(old, later);
  if (name.includes('answered')) {
    await expect.poll(waiting, { timeout: 8000 }).toEqual([]);
    await isIdle('whatsapp', later);
    expect(fake.texts(later)).toEqual([]);
  } else {
    await has(later, 1);
    await isIdle('whatsapp', later);
    expect(await waiting()).toHaveLength(1);
  }
  await isIdle('whatsapp', old);
});

test('more waits than a row holds: all of it moves, in its order', async () => {
  const { old, later } = await newPerson();
  await write(old, promptScript(asks, says('Thank you.')));
  await phaseIs(old, 'waiting');
  const long = 'x'.repeat(300_000);
  const texts = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => `${n} ${long}`);
  await inChat('whatsapp', old, ({ sql }) => {
    for (const text of texts)
      sql.exec('INSERT INTO inbox (at, message) VALUES (1, ?)', JSON.stringify(message(old, text)));
  });
  await move(old, later);
  await phaseIs(later, 'waiting');
  const waits = await inChat('whatsapp', later, ({ sql }) =>
    sql
      .exec("SELECT substr(message ->> '$.text', 1, 9) AS text FROM inbox ORDER BY seq")
      .toArray()
      .map(({ text }) => text),
  );
  expect(waits).toEqual(texts.map((text) => text.slice(0, 9)));
  await write(later, '/stop');
  await isIdle('whatsapp', old);
});
