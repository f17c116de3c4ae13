import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OutboundPiece, Platform } from '#channel/platform.ts';
import { PlainRequest } from '#channel/platforms/plain-text.ts';
import { createZalo } from '#channel/platforms/zalo/index.ts';
import { Settings } from '#protocol/settings.ts';
import { startFakeZaloBot, zaloBotError, type FakeZaloBot } from '#test/support/fake-platforms/zalo-bot.ts';
import { describePlatform } from './platform-contract.ts';
import { platformDeps } from './platform-deps.ts';

/** As Zalo knows it. */
const CHAT = '6ede9afa66b88fe6d6a9';
const HOOK = 'https://edgewise.example/api/v1/webhooks/zalo';
const to = { chatId: `bot:${CHAT}`, threadId: null };

const textOf = (piece: OutboundPiece): string => {
  const request = PlainRequest.parse(piece.request);
  return request.kind === 'text' ? request.text : request.caption;
};

const create = (url: string, variables: Readonly<Record<string, string>> = {}): Platform => {
  const platform = createZalo(
    Settings.parse({
      ZALO_BOT_TOKEN: '777:token',
      ZALO_BOT_SECRET: 'bot-secret',
      ZALO_BOT_API_URL: url,
      ...variables,
    }),
    platformDeps,
  );
  if (platform === null) throw new Error('zalo is not configured');
  return platform;
};

describePlatform({
  name: 'zalo-bot',
  start: async () => {
    const fake = await startFakeZaloBot();
    return { fake, platform: create(fake.url) };
  },
  sign: async () => ({
    headers: { 'x-bot-api-secret-token': 'bot-secret' },
    query: new URLSearchParams(),
  }),
  signsBody: false,
  address: to,
  readText: textOf,
  expectFit: (piece) => {
    const text = textOf(piece);
    expect(text.length).toBeLessThanOrEqual(2000);
    expect(text.isWellFormed()).toBe(true);
    expect(text.trim()).not.toBe('');
  },
  answers: [
    ['429 is a pause', zaloBotError(429), { kind: 'retry' }],
    ['a status of 429 is a pause', { status: 429, body: '' }, { kind: 'retry' }],
    ['500 is tried again', zaloBotError(500), { kind: 'retry' }],
    ['503 is tried again', { status: 503, body: 'no JSON' }, { kind: 'retry' }],
    ['504 may have been taken', { status: 504, body: '' }, { kind: 'unknown' }],
    ['200 without an answer may have been taken', { status: 200, body: 'no JSON' }, { kind: 'unknown' }],
    ['401 is the token', zaloBotError(401), { kind: 'refused', authentication: true }],
    ['403 is a user who blocked the bot', zaloBotError(403), { kind: 'refused', authentication: false }],
    ['anything else', zaloBotError(400), { kind: 'refused', authentication: false }],
    ['an error of no known form is not the platform’s', { status: 418, body: null }, { kind: 'retry' }],
    ['a firewall’s 403 is tried again', { status: 403, body: '<html>' }, { kind: 'retry' }],
    [
      'so is a 404 of a tunnel without its server',
      { status: 404, body: 'endpoint offline' },
      { kind: 'retry' },
    ],
    ['a 502 may have been taken', { status: 502, body: 'no JSON' }, { kind: 'unknown' }],
  ],
  addMedia: (fake, reference, bytes) => {
    if ('media' in fake && fake.media instanceof Map) fake.media.set(reference, bytes);
    return `${fake.url}/media/${reference}`;
  },
});

describe('Zalo bot', () => {
  let fake: FakeZaloBot;
  let platform: Platform;
  beforeEach(async () => {
    fake = await startFakeZaloBot();
    platform = create(fake.url);
  });
  afterEach(() => fake.close());

  test('refuses webhooks without a secret, unless that is allowed', async () => {
    const request = { body: new Uint8Array(), headers: {}, query: new URLSearchParams() };
    expect(await create(fake.url, { ZALO_BOT_SECRET: '' }).verify(request)).toBe(false);
    const open = create(fake.url, { ZALO_BOT_SECRET: '', PLATFORM_ALLOW_UNSIGNED: 'yes' });
    expect(await open.verify(request)).toBe(true);
  });

  test('shows typing', async () => {
    await platform.showTyping(to, null);
    expect(fake.typing).toEqual([CHAT]);
  });

  const sendFile = async (mimeType: string, link: string | null) => {
    const file = { name: 'a', mimeType, size: 3 };
    const [piece] = platform.format({ kind: 'file', file, caption: '' });
    if (piece === undefined) throw new Error('there is no piece');
    const notOpened = () => Promise.reject(new Error('not opened'));
    return platform.send(piece, to, notOpened, async () => link);
  };

  test('a picture is fetched by Zalo from its link', async () => {
    const link = 'https://edgewise.example/api/v1/files/dl/x.y';
    expect(await sendFile('image/png', link)).toEqual({ kind: 'sent', messageId: 'zb1' });
    expect(fake.calls.map(({ path, body }) => ({ path, body }))).toEqual([
      { path: '/bot777:token/sendPhoto', body: { chat_id: CHAT, photo: link } },
    ]);
  });

  test.each([
    ['another file', 'application/pdf', 'https://edgewise.example/x'],
    ['a picture of a server that the internet cannot see', 'image/png', 'http://localhost:7001/x'],
    ['a picture without a link', 'image/png', null],
  ])('%s is not supported, and nothing is sent', async (_name, mimeType, link) => {
    expect(await sendFile(mimeType, link)).toMatchObject({ kind: 'unsupported' });
    expect(fake.calls).toEqual([]);
  });

  test('a picture that Zalo cannot fetch is not supported', async () => {
    expect(await sendFile('image/png', 'https://nowhere/x')).toMatchObject({ kind: 'unsupported' });
  });

  test('set-up registers the webhook with its secret', async () => {
    expect(await platform.setUp(HOOK)).toMatchObject({ ok: true });
    expect(fake.webhook).toEqual({ url: HOOK, secret: 'bot-secret' });
    expect(await platform.status(HOOK)).toEqual({
      tokenValid: true,
      account: 'bot.edgewise',
      webhookUrl: HOOK,
      webhookOk: true,
      lastError: null,
      tokenExpiresAt: null,
    });
  });

  test('set-up wants a secret that Zalo takes', async () => {
    const result = await create(fake.url, { ZALO_BOT_SECRET: 'short' }).setUp(HOOK);
    expect(result).toMatchObject({ ok: false, problem: expect.stringContaining('ZALO_BOT_SECRET') });
  });

  test('set-up and status say that a token is wrong', async () => {
    const wrong = create(fake.url, { ZALO_BOT_TOKEN: 'x' });
    expect(await wrong.setUp(HOOK)).toMatchObject({
      ok: false,
      problem: expect.stringContaining('ZALO_BOT_TOKEN'),
    });
    expect(await wrong.status(HOOK)).toMatchObject({ tokenValid: false, webhookOk: false });
  });
});
