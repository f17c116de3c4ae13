import { createHash } from 'node:crypto';
import { runInDurableObject } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { platformFactories } from '#channel/create-platform.ts';
import { identify } from '#channel/identity.ts';
import { openChannel } from '#channel/open-channel.ts';
import { createZalo } from '#channel/platforms/zalo/index.ts';
import { addWhitelistEntry, isAdmitted } from '#channel/whitelist.ts';
import { newUser, origin, send } from '../../support/workers/accounts.ts';
import { chatObject, inChat, isIdle, people } from './chat.ts';

vi.setConfig({ testTimeout: 40_000 });

const API = 'https://openapi.zalo.example';
const BOT_API = 'https://bot-api.zalo.example';
const variables = {
  ZALO_APP_ID: '123',
  ZALO_APP_SECRET: 'app-secret',
  ZALO_OA_SECRET_KEY: 'oa-secret',
  ZALO_OA_ACCESS_TOKEN: 'zalo-token',
  ZALO_API_URL: API,
  ZALO_BOT_TOKEN: '777:token',
  ZALO_BOT_SECRET: 'bot-secret',
  ZALO_BOT_API_URL: BOT_API,
};
const nothing = Object.fromEntries(Object.keys(variables).map((name) => [name, '']));

/** What each was told to send, as `<chat>: <text>`. */
const said: { account: string[]; bot: string[] } = { account: [], bot: [] };

beforeAll(() => {
  platformFactories.zalo = createZalo;
  Object.assign(env, variables);
  const real = globalThis.fetch;
  vi.stubGlobal('fetch', async (...[input, init]: Parameters<typeof fetch>) => {
    const request = new Request(input, init);
    if (request.url.startsWith(API)) {
      if (request.method === 'GET') return Response.json({ error: 0, data: { name: 'Edgewise OA' } });
      const { recipient, message } = await request.json<{
        recipient: { user_id: string };
        message: { text: string };
      }>();
      said.account.push(`${recipient.user_id}: ${message.text}`);
      return Response.json({ error: 0, data: { message_id: 'a1' } });
    }
    if (request.url.startsWith(BOT_API)) {
      if (!request.url.endsWith('/sendMessage'))
        return Response.json({ ok: true, result: { account_name: 'bot.edgewise', url: webhook } });
      const { chat_id, text } = await request.json<{ chat_id: string; text: string }>();
      said.bot.push(`${chat_id}: ${text}`);
      return Response.json({ ok: true, result: { message_id: 'b1' } });
    }
    return real(request);
  });
});
afterAll(() => {
  vi.unstubAllGlobals();
  Object.assign(env, nothing);
});

const webhook = 'http://localhost:7001/api/v1/webhooks/zalo';

async function post(body: string, headers: Record<string, string>) {
  const response = await exports.default.fetch(`${origin}/api/v1/webhooks/zalo`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  return { status: response.status, body: await response.json() };
}

let serial = 0;
const toAccount = (id: string, text: string) => {
  serial += 1;
  const timestamp = String(Date.now());
  const body = JSON.stringify({
    app_id: '123',
    event_name: 'user_send_text',
    timestamp,
    sender: { id },
    message: { msg_id: `m${serial}`, text },
  });
  const mac = createHash('sha256').update(`123${body}${timestamp}oa-secret`).digest('hex');
  return post(body, { 'x-zevent-signature': `mac=${mac}` });
};
const toBot = (id: string, text: string) => {
  serial += 1;
  const message = {
    message_id: `m${serial}`,
    date: Date.now(),
    from: { id, display_name: 'Ana', is_bot: false },
    chat: { id, chat_type: 'PRIVATE' },
    text,
  };
  const body = JSON.stringify({ event_name: 'message.text.received', message });
  return post(body, { 'x-bot-api-secret-token': 'bot-secret' });
};
const list = (id: string, username = '') =>
  addWhitelistEntry({ platform: 'zalo', phone_number: id, label: '', mapped_username: username }, people());
const newId = () => String(Math.random()).slice(2);

test('an account and a bot answer in their own chats at the same time, also where the ids are equal', async () => {
  const id = newId();
  await list(id);
  const answers = await Promise.all([toAccount(id, 'of the account'), toBot(id, 'of the bot')]);
  expect(answers.map(({ body }) => body)).toEqual([{ status: 'ok' }, { status: 'ok' }]);
  await isIdle('zalo', id);
  await isIdle('zalo', encodeURIComponent(`bot:${id}`));
  const mine = (lines: readonly string[]) => lines.filter((line) => line.startsWith(id));
  expect(mine(said.account)).toEqual([`${id}: You said: of the account`]);
  expect(mine(said.bot)).toEqual([`${id}: You said: of the bot`]);
  const sessions = await Promise.all(
    [id, encodeURIComponent(`bot:${id}`)].map((chat) =>
      inChat('zalo', chat, ({ sql }) => sql.exec('SELECT username FROM conversation').toArray()),
    ),
  );
  expect(sessions[0]).not.toEqual(sessions[1]);
});

test.each([
  { listed: 'both', prefix: '', account: true, bot: true },
  { listed: 'the bot’s alone', prefix: 'bot:', account: false, bot: true },
])('an id that is listed $prefix lets in $listed', async ({ prefix, account, bot }) => {
  const id = newId();
  await list(`${prefix}${id}`, 'carol');
  const look = async (sender: string) => {
    const found = await identify({ platform: 'zalo', id: sender, otherIds: [], name: null }, people());
    const isListed = await isAdmitted({ platform: 'zalo', ids: [sender] }, people());
    return { isListed, isCarol: found.ok && found.value.username === 'carol' };
  };
  expect(await look(id)).toEqual({ isListed: account, isCarol: account });
  expect(await look(`bot:${id}`)).toEqual({ isListed: bot, isCarol: bot });
});

test('who is listed twice is whom the whole id names; a variable may name them without the prefix', async () => {
  const id = newId();
  await list(id, 'carol');
  await list(`bot:${id}`, 'dave');
  const sender = { platform: 'zalo', id: `bot:${id}`, otherIds: [], name: null } as const;
  expect(await identify(sender, people())).toMatchObject({ value: { username: 'dave' } });
  const variable = `PLATFORM_USER_MAP_ZALO_${id}`;
  const mapped = {
    ...people(),
    mappedUsers: [{ variable, platform: 'zalo', id, username: 'erin' }],
  } as const;
  expect(await identify(sender, mapped)).toMatchObject({ value: { username: 'erin' } });
});

test('a chat of the bot is nobody’s when the bot is taken away, and never the account’s', async () => {
  const id = newId();
  await list(id);
  const chat = encodeURIComponent(`bot:${id}`);
  await toBot(id, 'hello');
  await isIdle('zalo', chat);
  const isOpen = (vars: object) =>
    runInDurableObject(
      chatObject('zalo', chat),
      (_, context) => openChannel(context, { ...env, ...vars }) !== null,
    );
  expect(await isOpen({})).toBe(true);
  expect(await isOpen({ ZALO_BOT_TOKEN: '' })).toBe(false);
});

test('administrators see and set up both', async () => {
  const { token } = await newUser({ role: 'admin' });
  const setUp = await send('POST', '/api/v1/admin/platforms/zalo/setup', { token });
  expect((await setUp.json<{ steps: string[] }>()).steps).toEqual(
    expect.arrayContaining([
      'Official Account:',
      'The Official Account is Edgewise OA.',
      'Bot:',
      'The bot is bot.edgewise.',
    ]),
  );
  const status = await send('GET', '/api/v1/admin/platforms/zalo/status', { token });
  expect(await status.json()).toMatchObject({
    platform: 'zalo',
    token_valid: true,
    account: 'Edgewise OA, bot.edgewise',
    products: [
      { title: 'Official Account', account: 'Edgewise OA', webhook_url: null },
      { title: 'Bot', account: 'bot.edgewise', webhook_url: webhook, webhook_ok: true },
    ],
  });
});
