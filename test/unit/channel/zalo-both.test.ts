import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Platform } from '#channel/platform.ts';
import { createZalo } from '#channel/platforms/zalo/index.ts';
import { fixedToken } from '#channel/platforms/zalo/token-keeper.ts';
import { Settings } from '#protocol/settings.ts';
import { startFakeZaloBot, type FakeZaloBot } from '#test/support/fake-platforms/zalo-bot.ts';
import { startFakeZalo, type FakeZalo } from '#test/support/fake-platforms/zalo.ts';
import { platformDeps } from './platform-deps.ts';

/** The same id at both, which are two people. */
const ID = '6142494823123456789';
const HOOK = 'https://edgewise.example/api/v1/webhooks/zalo';
const utf8 = new TextEncoder();
const query = new URLSearchParams();

let account: FakeZalo;
let bot: FakeZaloBot;
beforeEach(async () => {
  account = await startFakeZalo();
  bot = await startFakeZaloBot();
});
afterEach(async () => {
  await account.close();
  await bot.close();
});

const accountVariables = {
  ZALO_APP_ID: '123',
  ZALO_APP_SECRET: 'app-secret',
  ZALO_OA_SECRET_KEY: 'oa-secret',
  ZALO_OA_ACCESS_TOKEN: 'zalo-token',
};
const botVariables = { ZALO_BOT_TOKEN: '777:token', ZALO_BOT_SECRET: 'bot-secret' };

function create(variables: Readonly<Record<string, string>> = { ...accountVariables, ...botVariables }) {
  const settings = Settings.parse({
    BACKEND_PUBLIC_URL: 'https://edgewise.example',
    ZALO_API_URL: account.url,
    ZALO_BOT_API_URL: bot.url,
    ...variables,
  });
  const zaloTokens = {
    ...fixedToken('zalo-token'),
    begin: async () => 'https://oauth.zalo.example/permission',
  };
  const platform = createZalo(settings, { ...platformDeps, zaloTokens });
  if (platform === null) throw new Error('zalo is not configured');
  return platform;
}

const accountEvent = {
  app_id: '123',
  event_name: 'user_send_text',
  timestamp: '1760000000000',
  sender: { id: ID },
  recipient: { id: 'OA' },
  message: { msg_id: 'M1', text: 'to the account' },
};
const botUpdate = {
  event_name: 'message.text.received',
  message: {
    message_id: 'B1',
    date: 1_760_000_000_000,
    from: { id: ID, display_name: 'Ana', is_bot: false },
    chat: { id: ID, chat_type: 'PRIVATE' },
    text: 'to the bot',
  },
};
const signature = (body: string) => ({
  'x-zevent-signature': `mac=${createHash('sha256').update(`123${body}1760000000000oa-secret`).digest('hex')}`,
});
const botSecret = { 'x-bot-api-secret-token': 'bot-secret' };

/** What a webhook makes of a request. Null: refused. */
async function take(platform: Platform, payload: unknown, headers: Record<string, string>) {
  const request = { body: utf8.encode(JSON.stringify(payload)), headers, query };
  const product = platform.ofRequest?.(request) ?? platform;
  return (await product.verify(request)) ? product.parse(payload) : null;
}

describe('an Official Account and a bot together', () => {
  test('each request goes to whom it is meant for, and its chat and person are no other’s', async () => {
    const platform = create();
    expect(await take(platform, accountEvent, signature(JSON.stringify(accountEvent)))).toMatchObject([
      { text: 'to the account', address: { chatId: ID }, sender: { id: ID } },
    ]);
    expect(await take(platform, botUpdate, botSecret)).toMatchObject([
      { text: 'to the bot', address: { chatId: `bot:${ID}` }, sender: { id: `bot:${ID}` } },
    ]);
  });

  test.each([
    ['without any proof', {}],
    ['with a wrong secret', { 'x-bot-api-secret-token': 'wrong' }],
    ['with the key of the account as the bot’s secret', { 'x-bot-api-secret-token': 'oa-secret' }],
    [
      'with an empty secret beside a right signature',
      { 'x-bot-api-secret-token': '', ...signature(JSON.stringify(accountEvent)) },
    ],
  ])('a request %s is refused', async (_name, headers) => {
    expect(await take(create(), accountEvent, headers)).toBeNull();
    expect(await take(create(), botUpdate, headers)).toBeNull();
  });

  test('who knows the secret of the one cannot speak for the other', async () => {
    expect(await take(create(), accountEvent, botSecret)).toEqual([]);
    expect(await take(create(), botUpdate, signature(JSON.stringify(botUpdate)))).toBeNull();
    const pretended = { ...accountEvent, sender: { id: `bot:${ID}` } };
    expect(await take(create(), pretended, signature(JSON.stringify(pretended)))).toEqual([]);
  });

  test('an answer goes out through the one that its chat belongs to', async () => {
    const platform = create();
    for (const chatId of [ID, `bot:${ID}`]) {
      const product = platform.ofChat?.(chatId);
      const [piece] = product?.format({ kind: 'text', markdown: `to ${chatId}` }) ?? [];
      if (piece === undefined) throw new Error('there is no piece');
      const to = { chatId, threadId: null };
      const noFile = () => Promise.reject(new Error('no file'));
      expect(await product?.send(piece, to, noFile)).toMatchObject({ kind: 'sent' });
      await product?.showTyping(to, null);
    }
    const said = (fake: FakeZalo | FakeZaloBot) =>
      fake.messages.map(({ chatId, text }) => ({ chatId, text }));
    expect(said(account)).toEqual([{ chatId: ID, text: `to ${ID}` }]);
    expect(said(bot)).toEqual([{ chatId: `bot:${ID}`, text: `to bot:${ID}` }]);
    expect(bot.typing).toEqual([ID]);
  });

  test('set-up does both, and status shows both', async () => {
    const platform = create();
    expect(await platform.setUp(HOOK)).toEqual({
      ok: true,
      value: expect.arrayContaining([
        'Official Account:',
        'The Official Account is Edgewise OA.',
        'Bot:',
        'The bot is bot.edgewise.',
      ]),
    });
    expect(bot.webhook).toEqual({ url: HOOK, secret: 'bot-secret' });
    expect(await platform.status(HOOK)).toMatchObject({
      tokenValid: true,
      account: 'Edgewise OA, bot.edgewise',
      webhookUrl: HOOK,
      webhookOk: true,
      products: [
        { title: 'Official Account', tokenValid: true, account: 'Edgewise OA', webhookUrl: null },
        { title: 'Bot', tokenValid: true, account: 'bot.edgewise', webhookUrl: HOOK },
      ],
    });
  });

  test('where one of them does not work, all is as good as that one, and the other is shown all the same', async () => {
    const platform = create({ ...accountVariables, ...botVariables, ZALO_BOT_TOKEN: 'wrong' });
    const done = await platform.setUp(HOOK);
    expect(done).toMatchObject({ ok: false, problem: expect.stringContaining('ZALO_BOT_TOKEN') });
    expect(done).toMatchObject({ problem: expect.stringContaining('The Official Account is Edgewise OA.') });
    expect(await platform.status(HOOK)).toMatchObject({
      tokenValid: false,
      account: 'Edgewise OA',
      lastError: expect.stringContaining('Bot: Zalo does not answer'),
      products: [{ tokenValid: true }, { tokenValid: false }],
    });
  });
});

test.each([
  { name: 'a bot', variables: botVariables, own: `bot:${ID}`, other: ID },
  { name: 'an Official Account', variables: accountVariables, own: ID, other: `bot:${ID}` },
])('with $name alone a chat of the other kind has nobody who could answer', ({ variables, own, other }) => {
  const platform = create(variables);
  expect(platform.ofChat?.(own)).toMatchObject({ name: 'zalo' });
  expect(platform.ofChat?.(other)).toBeNull();
});

test.each([
  {
    name: 'a bot',
    variables: botVariables,
    payload: accountEvent,
    headers: signature(JSON.stringify(accountEvent)),
  },
  { name: 'an Official Account', variables: accountVariables, payload: botUpdate, headers: botSecret },
])('with $name alone a request for the other kind is refused', async ({ variables, payload, headers }) => {
  expect(await take(create(variables), payload, headers)).toBeNull();
});
