import { env } from 'cloudflare:workers';
import { expect, test, vi } from 'vitest';
import { setWhitelistEnabled } from '#channel/whitelist.ts';
import { newUser, send, sendBare } from '../../support/workers/accounts.ts';
import { deliver, fakePlatform, message } from '../../support/workers/fake-platform.ts';
import { inChat, isIdle, newChat, people } from './chat.ts';

vi.setConfig({ testTimeout: 40_000 });
const fake = fakePlatform('imessage');

const stranger = () => String(Math.random()).slice(2);
const known = await newChat('imessage');
const seen = message(known, '/help');
const other = stranger();
const blocked = message(other, 'hello');
const address = { chatId: known, threadId: null };

test.each([
  {
    name: 'an unknown platform',
    url: 'Nowhere',
    body: '{}',
    status: 404,
    answer: { error: "Platform 'Nowhere' not configured" },
  },
  {
    name: 'a platform without settings',
    url: 'telegram',
    body: '{}',
    status: 404,
    answer: { error: "Platform 'telegram' not configured" },
  },
  {
    name: 'a wrong secret',
    secret: 'wrong',
    body: '{}',
    status: 403,
    answer: { error: 'Invalid signature' },
  },
  {
    name: 'a wrong secret before a broken body',
    secret: 'wrong',
    body: '{',
    status: 403,
    answer: { error: 'Invalid signature' },
  },
  { name: 'no JSON', body: '{"a":', status: 400, answer: { error: 'Invalid JSON' } },
  { name: 'no UTF-8', body: '\uFFFF{', status: 400, answer: { error: 'Invalid JSON' } },
  { name: 'JSON that is no object', body: '[1]', status: 200, answer: { status: 'ignored' } },
  { name: 'a JSON number', body: '7', status: 200, answer: { status: 'ignored' } },
  { name: 'nothing for us', body: '{"other":1}', status: 200, answer: { status: 'ignored' } },
  {
    name: 'a report of a delivery',
    body: [{ kind: 'delivery', address, messageId: 'x', state: 'read', reason: null }] as const,
    status: 200,
    answer: { status: 'ignored' },
  },
  {
    name: 'a message of a group that is not for the bot',
    body: [message(known, 'hi', { isGroup: true, isAddressed: false })],
    status: 200,
    answer: { status: 'ignored' },
  },
  { name: 'a stranger', body: [blocked], status: 200, answer: { status: 'blocked' } },
  { name: 'a stranger’s message again', body: [blocked], status: 200, answer: { status: 'duplicate' } },
  { name: 'a message', body: [seen], status: 200, answer: { status: 'ok' } },
  {
    name: 'the name in capitals',
    url: 'IMESSAGE',
    body: [seen],
    status: 200,
    answer: { status: 'duplicate' },
  },
  { name: 'the message again', body: [seen], status: 200, answer: { status: 'duplicate' } },
  {
    name: 'a batch with a new one',
    body: [seen, message(known, '/help')],
    status: 200,
    answer: { status: 'ok' },
  },
])(
  'POST with $name: $status $answer',
  async ({ url = 'imessage', secret = 'right', body, status, answer }) => {
    expect(await deliver(url, body, { secret })).toEqual({ status, body: answer });
  },
);

test('a body that is too large is refused before anything reads it', async () => {
  expect((await deliver('imessage', ' '.repeat(5_000_000))).status).toBe(413);
});

test.each([
  { url: 'imessage', status: 200, answer: { status: 'ok' } },
  { url: 'zalO', status: 404, answer: { error: "Platform 'zalO' not configured" } },
])('GET $url: $status $answer', async ({ url, status, answer }) => {
  const response = await sendBare('GET', `/api/v1/webhooks/${url}`);
  expect({ status: response.status, answer: await response.json() }).toEqual({ status, answer });
});

test('the handshake of WhatsApp needs a token that was configured', async () => {
  fakePlatform('whatsapp');
  const get = async (query: string) => {
    const response = await sendBare('GET', `/api/v1/webhooks/whatsapp?${query}`);
    return { status: response.status, body: await response.text() };
  };
  const refused = { status: 403, body: '{"error":"Verification failed"}' };
  expect(await get('hub.mode=subscribe&hub.verify_token=&hub.challenge=7')).toEqual(refused);
  Object.assign(env, { WHATSAPP_VERIFY_TOKEN: 'verify me' });
  expect(await get('hub.mode=subscribe&hub.verify_token=verify+me&hub.challenge=7')).toEqual({
    status: 200,
    body: '7',
  });
  expect(await get('hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=7')).toEqual(refused);
  expect(await get('hub.mode=subscribe&hub.verify_token=verify+me&hub.challenge=')).toEqual(refused);
  expect(await get('hub.mode=other&hub.verify_token=verify+me&hub.challenge=7')).toEqual(refused);
  Object.assign(env, { WHATSAPP_VERIFY_TOKEN: '' });
});

test('a stranger is told once an hour, in a group never', async () => {
  const chat = stranger();
  for (const text of ['a', 'b', 'c']) await deliver('imessage', [message(chat, text)]);
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toEqual([
    '🤖 **Edgewise**\n\nYou have no access here. Ask the administrator to add you.',
  ]);
  await inChat('imessage', chat, ({ sql }) => sql.exec('UPDATE denial SET at = at - 3700000'));
  await deliver('imessage', [message(chat, 'd')]);
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toHaveLength(2);

  const group = stranger();
  expect(
    await deliver('imessage', [
      message(group, 'a', { isGroup: true, sender: { id: chat, otherIds: [], name: null } }),
    ]),
  ).toEqual({ status: 200, body: { status: 'blocked' } });
  await isIdle('imessage', group);
  expect(fake.texts(group)).toEqual([]);
});

test('a stranger’s requests to link are answered five times an hour', async () => {
  const chat = stranger();
  for (let count = 0; count < 7; count += 1) {
    await deliver('imessage', [message(chat, count % 2 === 0 ? '/link' : '/link AAAA-AAAA')]);
  }
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toHaveLength(5);
  await inChat('imessage', chat, ({ sql }) => sql.exec('UPDATE answer_given SET at = at - 3700000'));
  await deliver('imessage', [message(chat, '/link')]);
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toHaveLength(6);
});

test('who acts as an account that was disabled is told once an hour', async () => {
  const user = await newUser();
  const chat = await newChat('imessage', { username: user.username });
  const { token } = await newUser({ role: 'admin' });
  await send('PUT', `/api/v1/admin/users/${user.id}`, { token, body: { is_active: false } });
  await deliver('imessage', [message(chat, 'a')]);
  await isIdle('imessage', chat);
  await deliver('imessage', [message(chat, 'b')]);
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toEqual([expect.stringContaining('You have no access here.')]);
});

test('where the whitelist is switched off, everyone may write', async () => {
  await setWhitelistEnabled({ platform: 'imessage', enabled: false }, people());
  const chat = stranger();
  expect((await deliver('imessage', [message(chat, 'hello')])).body).toEqual({ status: 'ok' });
  await setWhitelistEnabled({ platform: 'imessage', enabled: true }, people());
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toEqual(['You said: hello']);
});

test('a stranger links an account with a code of the page, and is its user from then on', async () => {
  const user = await newUser();
  const chat = stranger();
  const { code } = await (
    await send('POST', '/api/v1/platforms/link-codes', { token: user.token })
  ).json<{ code: string }>();
  await deliver('imessage', [message(chat, '/link WRONG-ONE')]);
  await deliver('imessage', [message(chat, `/link ${code.toLowerCase()}`)]);
  await isIdle('imessage', chat);
  await deliver('imessage', [message(chat, `/link ${code}`)]);
  await deliver('imessage', [message(chat, '/status')]);
  await isIdle('imessage', chat);
  expect(fake.texts(chat)).toEqual([
    expect.stringContaining('wrong or has expired'),
    `This chat is now linked with the account ${user.username}.`,
    expect.stringContaining('wrong or has expired'),
    expect.stringContaining(`You are ${user.username}.`),
  ]);
  const list = async () =>
    (await send('GET', '/api/v1/platforms/identities', { token: user.token })).json<{
      identities: { id: string }[];
    }>();
  const { identities } = await list();
  expect(identities).toMatchObject([{ platform: 'imessage', platform_user_id: chat, name: 'Some One' }]);
  const path = `/api/v1/platforms/identities/${identities[0]?.id}`;
  expect((await send('DELETE', path, { token: (await newUser()).token })).status).toBe(404);
  expect((await send('DELETE', path, { token: user.token })).status).toBe(200);
  expect(await list()).toEqual({ identities: [] });
  expect((await deliver('imessage', [message(chat, 'hello')])).body).toEqual({ status: 'blocked' });
});

test('a code that is typed in a group is void: whoever read it there has nothing of it', async () => {
  const user = await newUser();
  const [member, reader] = [await newChat('imessage'), stranger()];
  const group = `group-${member}`;
  const { code } = await (
    await send('POST', '/api/v1/platforms/link-codes', { token: user.token })
  ).json<{ code: string }>();
  const sender = { id: member, otherIds: [], name: null };
  await deliver('imessage', [message(group, `/link ${code}`, { isGroup: true, sender })]);
  await isIdle('imessage', group);
  await deliver('imessage', [message(reader, `/link ${code}`)]);
  await isIdle('imessage', reader);
  expect(fake.texts(group)).toEqual([
    'Others could read this code, so it is void. Write to me in a private chat to link your account, with a new code.',
  ]);
  expect(fake.texts(reader)).toEqual([expect.stringContaining('wrong or has expired')]);
});

test('a code that the chat shows links on the page, once', async () => {
  const user = await newUser();
  const chat = stranger();
  await deliver('imessage', [message(chat, '/link')]);
  await isIdle('imessage', chat);
  const code = /`(.+)`/.exec(fake.texts(chat)[0] ?? '')?.[1];
  const look = () =>
    send('POST', '/api/v1/platforms/link-codes/preview', { token: user.token, body: { code } });
  const enter = () => send('POST', '/api/v1/platforms/identities', { token: user.token, body: { code } });
  expect(await (await look()).json()).toEqual({
    platform: 'imessage',
    platform_user_id: chat,
    name: 'Some One',
  });
  expect(await (await enter()).json()).toMatchObject({ platform: 'imessage', platform_user_id: chat });
  expect((await enter()).status).toBe(404);
  expect((await look()).status).toBe(404);
});

test('what administrators see of a platform', async () => {
  const { token } = await newUser({ role: 'admin' });
  const setUp = await send('POST', '/api/v1/admin/platforms/imessage/setup', { token });
  const webhook_url = 'http://localhost:7001/api/v1/webhooks/imessage';
  expect(await setUp.json()).toEqual({ webhook_url, steps: [`The webhook is ${webhook_url}`] });
  const status = await send('GET', '/api/v1/admin/platforms/imessage/status', { token });
  expect(await status.json()).toMatchObject({
    platform: 'imessage',
    token_valid: true,
    webhook_ok: true,
    webhook_url,
  });
  expect((await send('GET', '/api/v1/admin/platforms/nowhere/status', { token })).status).toBe(404);
  const user = await newUser();
  expect((await send('GET', '/api/v1/admin/platforms/imessage/status', { token: user.token })).status).toBe(
    403,
  );
});
