import { abortAllDurableObjects, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { drizzle } from 'drizzle-orm/d1';
import { eq } from 'drizzle-orm';
import { whitelistEntries } from '#accounts/tables.ts';
import { accountOf, identify } from '#channel/identity.ts';
import { linkedIdentities, newAccountCode, unlink } from '#channel/link-account.ts';
import type { InboundMessage } from '#channel/platform.ts';
import type { ChannelChat } from '#channel/channel-chat.ts';
import { ChatSession } from '#session/chat-session.ts';
import { readRow } from '#session/session.ts';
import type { FakeAnswer } from '#test/support/fake-messages-api.ts';
import { promptScript } from '#test/support/prompt-script.ts';
import { UserSpace } from '#user/user-space.ts';
import { newUser, send } from '../../support/workers/accounts.ts';
import { deliver, fakePlatform, message } from '../../support/workers/fake-platform.ts';
import { connectSocket } from '../../support/workers/socket.ts';
import { chatObject, inChat, isIdle, newChat, people } from './chat.ts';

vi.setConfig({ testTimeout: 60_000 });
afterEach(() => vi.restoreAllMocks());
const fakes = { telegram: fakePlatform('telegram'), whatsapp: fakePlatform('whatsapp') };
type Name = keyof typeof fakes;

const colour = {
  question: 'Which colour?',
  header: 'Colour',
  options: [{ label: 'Red' }, { label: 'Blue' }],
};
const asks = (id = 'q1', question: object = colour): FakeAnswer => ({
  blocks: [{ tool: 'AskUserQuestion', id, input: { questions: [question] } }],
  // So that there is time to close a page
  delayMs: 200,
});
const plans: FakeAnswer = { blocks: [{ tool: 'ExitPlanMode', id: 'p1', input: { plan: '# Tidy up' } }] };
const says = (text: string): FakeAnswer => ({ blocks: [{ text: [text] }] });
const thanks = says('Thank you.');

type User = Awaited<ReturnType<typeof newUser>>;

const write = (
  platform: Name,
  chat: string,
  text: string,
  rest: Partial<Omit<InboundMessage, 'kind'>> = {},
) => deliver(platform, [message(chat, text, rest)]);

/** A chat whose person has linked the account by a code. */
async function linked(platform: Name, user: User): Promise<string> {
  const chat = await newChat(platform);
  const { code } = await newAccountCode(user.username, people());
  await write(platform, chat, `/link ${code}`);
  await isIdle(platform, chat);
  await expect.poll(() => chatsOf(user)).toContain(`${platform}/${chat}`);
  fakes[platform].sent.length = 0;
  return chat;
}

const chatsOf = (user: User) => env.USER_SPACE.getByName(user.username).linkedChats();

const sent = (platform: Name, chat: string) =>
  fakes[platform].sent.flatMap(({ chatId, what, text }) => (chatId === chat ? [`${what}: ${text}`] : []));
const isSent = (platform: Name, chat: string, messages: readonly unknown[]) =>
  expect.poll(() => sent(platform, chat), { timeout: 12_000 }).toEqual(messages);
const press = (platform: Name, chat: string, index: number) =>
  write(platform, chat, '', {
    choice:
      fakes[platform].sent
        .findLast(({ chatId, choices }) => chatId === chat && choices !== undefined)
        ?.choices?.[index]?.split(' ')[0] ?? null,
  });

const foreign = expect.stringMatching(
  /^message: 📨 Asked elsewhere, in “.*”:\n\n\*\*Colour\*\*\nWhich colour\?$/,
);
const question = 'message: **Colour**\nWhich colour?';
const elsewhere = 'edit: ✔️ Answered elsewhere.';

const sessionOf = ({ username }: User, sessionId: string) =>
  env.CHAT_SESSION.getByName(`${username}/${sessionId}`);

/** A turn that waits, and an object that nothing wakes. */
const isParked = (user: User, sessionId: string, waiting: readonly string[]) =>
  expect
    .poll(
      () =>
        runInDurableObject(sessionOf(user, sessionId), async (_, { storage }) => ({
          waiting: readRow(storage.sql)?.waiting,
          alarm: await storage.getAlarm(),
        })),
      { timeout: 12_000 },
    )
    .toEqual({ waiting, alarm: null });

const isSoonTold = (user: User, sessionId: string) =>
  expect
    .poll(() => runInDurableObject(sessionOf(user, sessionId), (_, { storage }) => storage.getAlarm()))
    .toBeGreaterThan(Date.now() + 5000);

const sessionIn = (platform: Name, chat: string) =>
  inChat(platform, chat, ({ sql }) =>
    z.string().parse(sql.exec('SELECT session_id AS id FROM conversation').one()['id']),
  );

/** A turn that was begun on a page, which then stays open or not. */
async function onPage(user: User, steps: readonly FakeAnswer[], { open = false, session = '' } = {}) {
  const { socket, ready } = await connectSocket({
    token: user.token,
    ...(session === '' ? {} : { session_id: session }),
  });
  const sessionId = ready.type === 'ready' ? ready.cwd_id : '';
  const begun = socket.next('session_id');
  socket.send({ content: promptScript(...steps) });
  await begun;
  if (!open) await socket.close();
  return { sessionId, socket };
}

/** The answers that the conversation's history knows. */
async function toldOf(user: User, sessionId: string): Promise<string[]> {
  const response = await send('GET', `/api/v1/sessions/${sessionId}/history`, { token: user.token });
  const { messages } = z
    .object({ messages: z.array(z.object({ role: z.string(), content: z.unknown() })) })
    .parse(await response.json());
  return messages.flatMap(({ role, content }) =>
    role === 'tool_result' && String(content).startsWith('{') ? [String(content)] : [],
  );
}

test('asked in Telegram, answered in WhatsApp: each is told once, the answer goes where it was asked', async () => {
  const user = await newUser();
  const [telegram, whatsapp] = [await linked('telegram', user), await linked('whatsapp', user)];
  await write('telegram', telegram, promptScript(asks(), thanks));
  await isSent('whatsapp', whatsapp, [foreign]);
  await isSent('telegram', telegram, [question]);
  const session = await sessionIn('telegram', telegram);
  await isParked(user, session, ['q1']);
  await isIdle('whatsapp', whatsapp);
  await press('whatsapp', whatsapp, 1);
  await isSent('telegram', telegram, [question, elsewhere, 'message: Thank you.']);
  await isSent('whatsapp', whatsapp, [foreign, 'edit: ✔️ Blue']);
  expect(await toldOf(user, session)).toEqual(['{"Which colour?":"Blue"}']);
  await isIdle('telegram', telegram);
  await isIdle('whatsapp', whatsapp);
  await isParked(user, session, []);
});

test('asked on a page that was closed, answered in words in Telegram; WhatsApp is told', async () => {
  const user = await newUser();
  const [telegram, whatsapp] = [await linked('telegram', user), await linked('whatsapp', user)];
  const { sessionId } = await onPage(user, [asks(), thanks]);
  await isSent('telegram', telegram, [foreign]);
  await isSent('whatsapp', whatsapp, [foreign]);
  await isParked(user, sessionId, ['q1']);
  await isIdle('telegram', telegram);
  await write('telegram', telegram, ' red ');
  await isSent('telegram', telegram, [foreign, 'edit: ✔️ Red']);
  await isSent('whatsapp', whatsapp, [foreign, elsewhere]);
  expect(await toldOf(user, sessionId)).toEqual(['{"Which colour?":"Red"}']);
  await write('whatsapp', whatsapp, '1');
  await isSent('whatsapp', whatsapp, [foreign, elsewhere, 'message: That was answered already.']);
  await isParked(user, sessionId, []);
});

test('while a page is open nobody else is asked; when the last one closes, they are', async () => {
  const user = await newUser();
  const telegram = await linked('telegram', user);
  const { sessionId, socket } = await onPage(user, [asks(), plans, thanks], { open: true });
  await isParked(user, sessionId, ['q1']);
  const second = await connectSocket({ token: user.token, session_id: sessionId });
  await socket.close();
  await isParked(user, sessionId, ['q1']);
  await second.socket.close();
  // It may only be loaded anew
  await isSoonTold(user, sessionId);
  const reloaded = await connectSocket({ token: user.token, session_id: sessionId });
  await runDurableObjectAlarm(sessionOf(user, sessionId));
  await isParked(user, sessionId, ['q1']);
  expect(sent('telegram', telegram)).toEqual([]);
  await reloaded.socket.close();
  await isSoonTold(user, sessionId);
  await runDurableObjectAlarm(sessionOf(user, sessionId));
  await isSent('telegram', telegram, [foreign]);
  await isParked(user, sessionId, ['q1']);
  const third = await connectSocket({ token: user.token, session_id: sessionId });
  third.socket.send({ type: 'user_answer', question_id: 'q1', answers: { 'Which colour?': 'Red' } });
  await isSent('telegram', telegram, [foreign, elsewhere]);
  await isParked(user, sessionId, ['p1']);
  expect(sent('telegram', telegram)).toHaveLength(2);
  await third.socket.close();
  await isSoonTold(user, sessionId);
  await runDurableObjectAlarm(sessionOf(user, sessionId));
  await isSent('telegram', telegram, [
    foreign,
    elsewhere,
    expect.stringContaining('Shall I do it this way?'),
  ]);
  await write('telegram', telegram, 'Yes.');
  await expect.poll(() => sent('telegram', telegram).at(-1)).toBe('edit: ✔️ Approve');
  await isParked(user, sessionId, []);
  await isIdle('telegram', telegram);
});

test('of two answers at the same moment one counts, and who was late is told', async () => {
  const user = await newUser();
  const [telegram, whatsapp] = [await linked('telegram', user), await linked('whatsapp', user)];
  const { sessionId } = await onPage(user, [asks(), thanks]);
  await isSent('telegram', telegram, [foreign]);
  await isSent('whatsapp', whatsapp, [foreign]);
  await Promise.all([press('telegram', telegram, 0), press('whatsapp', whatsapp, 1)]);
  await isIdle('telegram', telegram);
  await isIdle('whatsapp', whatsapp);
  await expect.poll(() => toldOf(user, sessionId), { timeout: 8000 }).toHaveLength(1);
  const isRed = (await toldOf(user, sessionId))[0] === '{"Which colour?":"Red"}';
  const late = 'edit: This was answered already, and the first answer counts.';
  await isSent('telegram', telegram, [foreign, isRed ? 'edit: ✔️ Red' : late]);
  await isSent('whatsapp', whatsapp, [foreign, isRed ? late : 'edit: ✔️ Blue']);
  await isParked(user, sessionId, []);
});

test('who is no longer linked is neither asked nor heard', async () => {
  const user = await newUser();
  const [telegram, whatsapp] = [await linked('telegram', user), await linked('whatsapp', user)];
  const { sessionId } = await onPage(user, [asks('q1'), asks('q2'), thanks]);
  await isSent('telegram', telegram, [foreign]);
  await isSent('whatsapp', whatsapp, [foreign]);
  for (const { id, platform } of await linkedIdentities(user.username, people()))
    if (platform === 'telegram') await unlink({ username: user.username, id }, people());
  await press('telegram', telegram, 0);
  const refused =
    'edit: This chat is no longer linked with the account that asked, so it cannot be answered here.';
  await isSent('telegram', telegram, [foreign, refused]);
  await expect.poll(() => chatsOf(user)).toEqual([`whatsapp/${whatsapp}`]);
  await press('telegram', telegram, 0);
  await isSent('telegram', telegram, [foreign, refused, refused.replace('edit', 'message')]);
  await isParked(user, sessionId, ['q1']);
  await press('whatsapp', whatsapp, 0);
  await isSent('whatsapp', whatsapp, [foreign, 'edit: ✔️ Red', foreign]);
  await isParked(user, sessionId, ['q2']);
  await isIdle('telegram', telegram);
  expect(sent('telegram', telegram)).toHaveLength(3);
});

/** Kills everything after a call has failed. What wakes the object then is its alarm. */
async function killedOver<Made>(
  object: () => DurableObjectStub<ChatSession | ChannelChat>,
  failing: { readonly mock: { readonly calls: readonly unknown[] }; mockRestore(): void },
  before: () => Made,
): Promise<Made> {
  await expect.poll(() => failing.mock.calls.length, { timeout: 8000 }).toBeGreaterThan(0);
  await expect
    .poll(() => runInDurableObject(object(), (_, { storage }) => storage.getAlarm()), { timeout: 8000 })
    .toBeGreaterThan(0);
  await abortAllDurableObjects();
  failing.mockRestore();
  const made = before();
  await runInDurableObject(object(), () => {});
  return made;
}

test('killed at any moment: nothing is lost, and nothing said twice', async () => {
  const overloaded = () => {
    throw new Error('overloaded');
  };
  const user = await newUser();
  const telegram = await linked('telegram', user);
  const chat = () => chatObject('telegram', telegram);
  const list = vi.spyOn(UserSpace.prototype, 'linkedChats').mockImplementation(overloaded);
  const { sessionId } = await onPage(user, [asks(), thanks]);
  const open = await killedOver(
    () => sessionOf(user, sessionId),
    list,
    () => vi.spyOn(ChatSession.prototype, 'openQuestions').mockImplementation(overloaded),
  );
  await killedOver(chat, open, () => {});
  await isSent('telegram', telegram, [foreign]);
  await abortAllDurableObjects();
  const reply = vi.spyOn(ChatSession.prototype, 'replyFromElsewhere').mockImplementation(overloaded);
  await press('telegram', telegram, 0);
  await killedOver(chat, reply, () => {});
  await isSent('telegram', telegram, [foreign, 'edit: ✔️ Red']);
  await expect.poll(() => toldOf(user, sessionId), { timeout: 8000 }).toEqual(['{"Which colour?":"Red"}']);
  await isIdle('telegram', telegram);
  await isParked(user, sessionId, []);
});

test('words are an answer only where the question is the last thing that was said; /status asks again', async () => {
  const user = await newUser();
  const telegram = await linked('telegram', user);
  const { sessionId } = await onPage(user, [asks(), thanks]);
  await isSent('telegram', telegram, [foreign]);
  await write('telegram', telegram, 'teal');
  await isSent('telegram', telegram, [foreign, 'message: You said: teal']);
  await write('telegram', telegram, '1');
  await isSent('telegram', telegram, [foreign, 'message: You said: teal', 'message: You said: 1']);
  await isIdle('telegram', telegram);
  await write('telegram', telegram, '/status');
  await expect.poll(() => sent('telegram', telegram).at(-1), { timeout: 8000 }).toEqual(foreign);
  await isIdle('telegram', telegram);
  await write('telegram', telegram, '1');
  await expect.poll(() => sent('telegram', telegram).at(-1), { timeout: 8000 }).toBe('edit: ✔️ Red');
  await isParked(user, sessionId, []);
});

test('a button counts also while the chat works on something else', async () => {
  const user = await newUser();
  const telegram = await linked('telegram', user);
  const { sessionId } = await onPage(user, [asks(), thanks]);
  await isSent('telegram', telegram, [foreign]);
  await write('telegram', telegram, promptScript({ blocks: [{ text: ['Done.'] }], delayMs: 400 }));
  const turn = () => inChat('telegram', telegram, ({ sql }) => sql.exec('SELECT phase FROM turn').toArray());
  await expect.poll(turn, { timeout: 8000 }).toEqual([{ phase: 'running' }]);
  await write('telegram', telegram, '2');
  await press('telegram', telegram, 0);
  await isSent('telegram', telegram, [foreign, 'edit: ✔️ Red', 'message: Done.', 'message: You said: 2']);
  expect(await toldOf(user, sessionId)).toEqual(['{"Which colour?":"Red"}']);
});

test('a chat is not interrupted: it is asked when its own turn has ended, and its own question goes first', async () => {
  const user = await newUser();
  const telegram = await linked('telegram', user);
  const size = { question: 'Which size?', options: [{ label: 'S' }, { label: 'M' }] };
  await write('telegram', telegram, promptScript(asks('own', size), thanks));
  await isSent('telegram', telegram, ['message: Which size?']);
  const { sessionId } = await onPage(user, [asks(), thanks]);
  await isParked(user, sessionId, ['q1']);
  await isIdleButWaiting(telegram);
  expect(sent('telegram', telegram)).toEqual(['message: Which size?']);
  await write('telegram', telegram, '2');
  await isSent('telegram', telegram, ['message: Which size?', 'message: Thank you.', foreign]);
  expect(await toldOf(user, await sessionIn('telegram', telegram))).toEqual(['{"Which size?":"M"}']);
  await isParked(user, sessionId, ['q1']);
});

const isIdleButWaiting = (chat: string) =>
  expect
    .poll(() =>
      inChat('telegram', chat, async (storage) => ({
        looks: storage.sql.exec('SELECT * FROM asked_elsewhere').toArray(),
        asked: storage.sql.exec('SELECT session_id FROM question').toArray().length,
        alarm: await storage.getAlarm(),
      })),
    )
    .toEqual({ looks: [], asked: 2, alarm: null });

test('what waits behind a question that was asked on the page of the same conversation does not wait for ever', async () => {
  const user = await newUser();
  const telegram = await linked('telegram', user);
  await write('telegram', telegram, 'hello');
  await isIdle('telegram', telegram);
  const session = await sessionIn('telegram', telegram);
  await onPage(user, [asks(), thanks], { session });
  await isSent('telegram', telegram, ['message: You said: hello', foreign]);
  await write('telegram', telegram, 'and you?');
  await expect
    .poll(() => inChat('telegram', telegram, ({ sql }) => sql.exec('SELECT phase FROM turn').toArray()), {
      timeout: 8000,
    })
    .toEqual([{ phase: 'waiting' }]);
  await press('telegram', telegram, 1);
  await expect
    .poll(() => sent('telegram', telegram).at(-1), { timeout: 12_000 })
    .toBe('message: You said: and you?');
  expect(sent('telegram', telegram)).toContain('edit: ✔️ Blue');
  await isIdle('telegram', telegram);
});

test('a chat that takes nothing harms nobody, and is asked when its person writes again', async () => {
  const user = await newUser();
  const [telegram, whatsapp] = [await linked('telegram', user), await linked('whatsapp', user)];
  fakes.whatsapp.answerWith(whatsapp, { kind: 'refused', reason: 'window closed', authentication: false });
  const { sessionId } = await onPage(user, [asks(), thanks]);
  await isSent('telegram', telegram, [foreign]);
  await isIdle('whatsapp', whatsapp);
  await isParked(user, sessionId, ['q1']);
  await write('whatsapp', whatsapp, 'hello');
  await isSent('whatsapp', whatsapp, ['message: You said: hello', foreign]);
  await press('whatsapp', whatsapp, 0);
  await isSent('telegram', telegram, [foreign, elsewhere]);
});

test('a group is never asked, nor anyone whose user is not a linked account', async () => {
  const user = await newUser();
  const telegram = await linked('telegram', user);
  const group = `group-${telegram}`;
  await deliver('telegram', [
    message(group, promptScript(asks(), thanks), {
      isGroup: true,
      sender: { id: telegram, otherIds: [], name: null },
    }),
  ]);
  await isSent('telegram', telegram, [foreign]);
  await isSent('telegram', group, [question]);
  expect(await chatsOf(user)).toEqual([`telegram/${telegram}`]);
  const stranger = await newChat('whatsapp');
  await write('whatsapp', stranger, 'hello');
  await isIdle('whatsapp', stranger);
  expect(await inChat('whatsapp', stranger, ({ sql }) => sql.exec('SELECT * FROM person').toArray())).toEqual(
    [],
  );
});

test('stopped instead of answered: who was asked is told that no answer is needed', async () => {
  const user = await newUser();
  const telegram = await linked('telegram', user);
  const { sessionId } = await onPage(user, [asks(), thanks]);
  await isSent('telegram', telegram, [foreign]);
  await sessionOf(user, sessionId).interrupt();
  await isSent('telegram', telegram, [foreign, 'edit: ✔️ No answer is needed any more.']);
  await isIdle('telegram', telegram);
});

test('a chat goes with its person to another account, one that an administrator gave them, too', async () => {
  const [user, other] = [await newUser(), await newUser()];
  const chat = await newChat('telegram', { username: user.username });
  await write('telegram', chat, 'hello');
  await expect.poll(() => chatsOf(user), { timeout: 8000 }).toEqual([`telegram/${chat}`]);
  const { code } = await newAccountCode(other.username, people());
  await write('telegram', chat, `/link ${code}`);
  await expect.poll(() => chatsOf(other), { timeout: 8000 }).toEqual([`telegram/${chat}`]);
  expect(await chatsOf(user)).toEqual([]);
  await isIdle('telegram', chat);
});

test('a list in a variable gives its people one account, and nobody theirs', async () => {
  const id = await newChat('telegram', { username: 'admin' });
  const sender = { platform: 'telegram', id, otherIds: [], name: null } as const;
  expect(await accountOf(sender, people())).toBe('admin');
  await drizzle(env.DB)
    .update(whitelistEntries)
    .set({ seed: id })
    .where(eq(whitelistEntries.normalizedId, id));
  expect(await accountOf(sender, people())).toBeNull();
  expect(await identify(sender, people())).toMatchObject({ value: { username: 'admin', isLinked: false } });
});

test('who is linked once more is asked once more', async () => {
  const user = await newUser();
  const telegram = await linked('telegram', user);
  const { sessionId } = await onPage(user, [asks(), thanks]);
  await isSent('telegram', telegram, [foreign]);
  await unlinkAll(user);
  await press('telegram', telegram, 0);
  await expect.poll(() => chatsOf(user), { timeout: 8000 }).toEqual([]);
  await isIdle('telegram', telegram);
  const before = sent('telegram', telegram).length;
  const { code } = await newAccountCode(user.username, people());
  await write('telegram', telegram, `/link ${code}`);
  await expect
    .poll(() => sent('telegram', telegram).slice(before), { timeout: 8000 })
    .toEqual([expect.stringContaining('is now linked'), foreign]);
  await press('telegram', telegram, 0);
  await isParked(user, sessionId, []);
});

async function unlinkAll(user: User): Promise<void> {
  for (const { id } of await linkedIdentities(user.username, people()))
    await unlink({ username: user.username, id }, people());
}

test('what the chat itself asked is not answered for an account that it is no longer linked with, nor followed', async () => {
  const user = await newUser();
  const telegram = await linked('telegram', user);
  await write('telegram', telegram, promptScript(asks(), says('A secret.')));
  await isSent('telegram', telegram, [question]);
  const session = await sessionIn('telegram', telegram);
  await isParked(user, session, ['q1']);
  await unlinkAll(user);
  await press('telegram', telegram, 0);
  const refused =
    'message: This chat is no longer linked with the account that asked, so it cannot be answered here.';
  await isSent('telegram', telegram, [question, refused]);
  await isIdle('telegram', telegram);
  await isParked(user, session, ['q1']);
  await press('telegram', telegram, 0);
  await isSent('telegram', telegram, [question, refused, 'message: That was answered already.']);
  const { socket } = await connectSocket({ token: user.token, session_id: session });
  socket.send({ type: 'user_answer', question_id: 'q1', answers: { 'Which colour?': 'Red' } });
  await isParked(user, session, []);
  await write('telegram', telegram, 'hello');
  await expect
    .poll(() => sent('telegram', telegram).slice(3), { timeout: 8000 })
    .toEqual(['message: You said: hello']);
});

test('a session is looked at where it waits, but not by the chat whose turn it is, nor where nothing is open', async () => {
  const user = await newUser();
  const [telegram, whatsapp] = [await linked('telegram', user), await linked('whatsapp', user)];
  const looks = vi.spyOn(ChatSession.prototype, 'openQuestions');
  await write('telegram', telegram, promptScript(asks(), thanks));
  await isSent('whatsapp', whatsapp, [foreign]);
  await isSent('telegram', telegram, [question]);
  await isParked(user, await sessionIn('telegram', telegram), ['q1']);
  expect(looks).toHaveBeenCalledOnce();
  await write('telegram', telegram, '1');
  await isSent('whatsapp', whatsapp, [foreign, elsewhere]);
  await isIdle('telegram', telegram);
  await isIdle('whatsapp', whatsapp);
  expect(looks.mock.calls.length).toBeLessThanOrEqual(3);
});

test('a look that breaks again and again ends, whatever the session says that it wakes; a person begins it anew', async () => {
  const user = await newUser();
  const telegram = await linked('telegram', user);
  const chat = chatObject('telegram', telegram);
  const looks = () =>
    inChat('telegram', telegram, ({ sql }) =>
      sql.exec('SELECT attempts, due > ? AS later FROM asked_elsewhere', Date.now() + 60_000).toArray(),
    );
  const { sessionId } = await onPage(user, [asks(), thanks]);
  await isSent('telegram', telegram, [foreign]);
  await isIdle('telegram', telegram);
  const open = vi.spyOn(ChatSession.prototype, 'openQuestions').mockImplementation(() => {
    throw new Error('overloaded');
  });
  const note = { username: user.username, sessionId, waiting: { messageId: 'other' } };
  await inChat('telegram', telegram, ({ sql }) =>
    sql.exec(
      'INSERT INTO asked_elsewhere (username, session_id, again, attempts, due) VALUES (?, ?, 0, 12, 0)',
      user.username,
      sessionId,
    ),
  );
  await chat.noteSession(note);
  await expect.poll(looks, { timeout: 8000 }).toEqual([{ attempts: 13, later: 1 }]);
  await chat.noteSession(note);
  await expect.poll(() => open.mock.calls.length).toBe(1);
  const isDue = () =>
    inChat('telegram', telegram, ({ sql }) => sql.exec('UPDATE asked_elsewhere SET due = 0'));
  await isDue();
  await chat.noteSession(note);
  await expect.poll(looks, { timeout: 8000 }).toEqual([{ attempts: 14, later: 1 }]);
  await chat.noteSession(note);
  await isDue();
  await runDurableObjectAlarm(chat);
  await expect.poll(looks, { timeout: 8000 }).toEqual([]);
  expect(open).toHaveBeenCalledTimes(2);
  open.mockRestore();
  await write('telegram', telegram, '/status');
  await expect.poll(() => sent('telegram', telegram).at(-1), { timeout: 8000 }).toEqual(foreign);
  await isIdle('telegram', telegram);
});

test('a session that waits and has nobody to ask is woken once after its object is gone, and not again', async () => {
  const user = await newUser();
  const { sessionId } = await onPage(user, [asks(), thanks]);
  await isParked(user, sessionId, ['q1']);
  await abortAllDurableObjects();
  await isSoonTold(user, sessionId);
  await abortAllDurableObjects();
  await runDurableObjectAlarm(sessionOf(user, sessionId));
  await isParked(user, sessionId, ['q1']);
});
