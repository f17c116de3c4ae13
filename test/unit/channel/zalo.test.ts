import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OutboundContent, OutboundPiece, Platform } from '#channel/platform.ts';
import { PlainRequest } from '#channel/platforms/plain-text.ts';
import type { PlatformDeps } from '#channel/platforms/platform-deps.ts';
import { createZalo } from '#channel/platforms/zalo/index.ts';
import { fixedToken, type TokenKeeper } from '#channel/platforms/zalo/token-keeper.ts';
import { TokenChain, type StoredTokens, type TokenStore } from '#channel/platforms/zalo/token-chain.ts';
import { Settings } from '#protocol/settings.ts';
import { startFakeZalo, zaloError, type FakeZalo } from '#test/support/fake-platforms/zalo.ts';
import { describePlatform } from './platform-contract.ts';
import { platformDeps } from './platform-deps.ts';

const USER = '6142494823123456789';
const HOOK = 'https://edgewise.example/api/v1/webhooks/zalo';
const HOUR = 60 * 60 * 1000;
const to = { chatId: USER, threadId: null };
const utf8 = new TextEncoder();

const textOf = (piece: OutboundPiece): string => {
  const request = PlainRequest.parse(piece.request);
  return request.kind === 'text' ? request.text : request.caption;
};

const settingsFor = (url: string, variables: Readonly<Record<string, string>> = {}): Settings =>
  Settings.parse({
    API_KEY: 'key',
    BACKEND_PUBLIC_URL: 'https://edgewise.example',
    ZALO_APP_ID: '123',
    ZALO_APP_SECRET: 'app-secret',
    ZALO_OA_SECRET_KEY: 'oa-secret',
    ZALO_OA_ACCESS_TOKEN: 'zalo-token',
    ZALO_REFRESH_TOKEN: 'refresh-1',
    ZALO_API_URL: url,
    ZALO_OAUTH_URL: url,
    ...variables,
  });

interface Memory {
  tokens: StoredTokens | null;
}

const memoryStore = (memory: Memory): TokenStore => ({
  read: async () => memory.tokens,
  write: async (tokens) => {
    memory.tokens = tokens;
  },
});

const keeperOf = (chain: TokenChain): TokenKeeper => ({
  read: () => chain.read(),
  renew: (refused) => chain.renew(refused),
  state: () => chain.state(),
  begin: async () => 'https://oauth.zalo.example/permission',
});

function create(
  url: string,
  variables: Readonly<Record<string, string>> = {},
  deps: Partial<PlatformDeps> = {},
): Platform {
  const settings = settingsFor(url, variables);
  const chain = new TokenChain(settings, memoryStore({ tokens: null }), platformDeps);
  const platform = createZalo(settings, { ...platformDeps, zaloTokens: keeperOf(chain), ...deps });
  if (platform === null) throw new Error('zalo is not configured');
  return platform;
}

const timestampOf = (body: Uint8Array): string =>
  /"timestamp":"(\d+)"/.exec(new TextDecoder().decode(body))?.[1] ?? '';
const mac = (body: Uint8Array, key = 'oa-secret') =>
  createHash('sha256').update('123').update(body).update(timestampOf(body)).update(key).digest('hex');
const query = new URLSearchParams();

describePlatform({
  name: 'zalo',
  start: async () => {
    const fake = await startFakeZalo();
    return { fake, platform: create(fake.url) };
  },
  sign: async (body) => ({ headers: { 'x-zevent-signature': `mac=${mac(body)}` }, query }),
  signsBody: true,
  address: to,
  readText: textOf,
  expectFit: (piece) => {
    const text = textOf(piece);
    expect(text.length).toBeLessThanOrEqual(2000);
    expect(text.isWellFormed()).toBe(true);
    expect(text.trim()).not.toBe('');
  },
  answers: [
    ['-32 is a pause', zaloError(-32), { kind: 'retry' }],
    ['429 is a pause', { status: 429, body: '' }, { kind: 'retry' }],
    ['-200 is tried again', zaloError(-200), { kind: 'retry' }],
    ['503 is tried again', { status: 503, body: 'no JSON' }, { kind: 'retry' }],
    ['504 may have been taken', { status: 504, body: '' }, { kind: 'unknown' }],
    ['200 without an answer may have been taken', { status: 200, body: 'no JSON' }, { kind: 'unknown' }],
    ['-216, also with a new token, is the token', zaloError(-216), { kind: 'refused', authentication: true }],
    ['-124, also with a new token, is the token', zaloError(-124), { kind: 'refused', authentication: true }],
    ['-213 is no follower', zaloError(-213), { kind: 'refused', authentication: false }],
    ['-230 is a closed window', zaloError(-230), { kind: 'refused', authentication: false }],
    ['-211 is a used up quota', zaloError(-211), { kind: 'refused', authentication: false }],
    ['-201 of a text', zaloError(-201), { kind: 'refused', authentication: false }],
    ['anything else', zaloError(-999), { kind: 'refused', authentication: false }],
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
    if ('media' in fake && fake.media instanceof Map) {
      fake.media.set(reference, { bytes, contentType: 'application/pdf' });
    }
    return `${fake.url}/media/${reference}`;
  },
});

describe('Zalo Official Account', () => {
  let fake: FakeZalo;
  let platform: Platform;
  beforeEach(async () => {
    fake = await startFakeZalo();
    platform = create(fake.url);
  });
  afterEach(() => fake.close());

  const send = async (content: OutboundContent, chatId = USER, bytes = utf8.encode('abc')) => {
    const outcomes = [];
    for (const piece of platform.format(content)) {
      outcomes.push(
        await platform.send(piece, { chatId, threadId: null }, async () => new Blob([bytes]).stream()),
      );
    }
    return outcomes;
  };
  const say = (markdown: string, chatId = USER) => send({ kind: 'text', markdown }, chatId);
  const paths = () => fake.calls.map(({ path }) => path);

  test('is there with a token, or with an app that can get one', () => {
    const exists = (variables: Readonly<Record<string, string>>) =>
      createZalo(Settings.parse(variables), platformDeps) !== null;
    expect(exists({})).toBe(false);
    expect(exists({ ZALO_APP_ID: '1' })).toBe(false);
    expect(exists({ ZALO_OA_ACCESS_TOKEN: 't' })).toBe(true);
    expect(exists({ ZALO_APP_ID: '1', ZALO_APP_SECRET: 's' })).toBe(true);
  });

  describe('signature', () => {
    const event = (timestamp: number) =>
      utf8.encode(`{"app_id":"123","event_name":"user_send_text","timestamp":"${timestamp}"}`);
    const verify = (body: Uint8Array, signature: string | undefined, now: number) =>
      create(fake.url, {}, { clock: { now: () => now } }).verify({
        body,
        headers: signature === undefined ? {} : { 'x-zevent-signature': signature },
        query,
      });

    test('is that of app id, raw body, timestamp and key', async () => {
      const hex = '6113cb4dbe6d7de1d4c52506a8799a24ab537a968592cee78cfba58774d2db56';
      const body = event(1_700_000_000_000);
      expect(await verify(body, `mac=${hex}`, 1_700_000_000_000)).toBe(true);
      expect(await verify(body, hex, 1_700_000_000_000)).toBe(true);
      expect(await verify(body, `mac=${mac(body, 'app-secret')}`, 1_700_000_000_000)).toBe(false);
    });

    test.each([
      ['an hour old', -HOUR, true],
      ['more than a day old', -25 * HOUR, false],
      ['far ahead', HOUR, false],
    ])('an event that is %s', async (_name, offset, isTaken) => {
      const now = 1_760_000_000_000;
      const body = event(now + offset);
      expect(await verify(body, mac(body), now)).toBe(isTaken);
    });

    test('is not there when the console tries the address, with nothing to be done', async () => {
      expect(await verify(utf8.encode(''), undefined, 0)).toBe(true);
      expect(await verify(utf8.encode(' { } '), undefined, 0)).toBe(true);
      expect(await verify(event(0), undefined, 0)).toBe(false);
    });

    test('is not asked for without a key, where that is allowed', async () => {
      const request = { body: event(0), headers: {}, query };
      expect(await create(fake.url, { ZALO_OA_SECRET_KEY: '' }).verify(request)).toBe(false);
      const open = create(fake.url, { ZALO_OA_SECRET_KEY: '', PLATFORM_ALLOW_UNSIGNED: 'yes' });
      expect(await open.verify(request)).toBe(true);
    });
  });

  test.each([
    ['marks', '**b** *i* ~~s~~ `c`', 'b i s c'],
    ['a link', '[t](https://u.v)', 't (https://u.v)'],
    ['an image', '![alt](https://u.v/i.png)', 'alt (https://u.v/i.png)'],
    ['a code block', '```py\ncode\n```', 'code\n'],
    ['a name', 'snake_case_name', 'snake_case_name'],
    ['a product', 'a * b * c', 'a * b * c'],
  ])('shows %s as plain text', (_name, markdown, shown) => {
    expect(platform.format({ kind: 'text', markdown }).map(textOf)).toEqual([shown]);
  });

  test('a question is a list of numbers', () => {
    const choices = [
      { id: 'a', label: 'Yes', description: '' },
      { id: 'b', label: 'No', description: 'not now' },
    ];
    expect(platform.format({ kind: 'choices', markdown: 'Go?', choices }).map(textOf)).toEqual([
      'Go?\n\n1. Yes\n2. No — not now\n\nReply with the number.',
    ]);
  });

  test('a person is written to by their id, a group by its own', async () => {
    expect(await say('hi')).toEqual([{ kind: 'sent', messageId: 'zm1' }]);
    expect(await say('hello', 'group:f414')).toEqual([{ kind: 'sent', messageId: 'zm2' }]);
    expect(
      fake.calls.map(({ path, body, headers }) => ({ path, body, token: headers['access_token'] })),
    ).toEqual([
      {
        path: '/v3.0/oa/message/cs',
        body: { recipient: { user_id: USER }, message: { text: 'hi' } },
        token: 'zalo-token',
      },
      {
        path: '/v3.0/oa/group/message',
        body: { recipient: { group_id: 'f414' }, message: { text: 'hello' } },
        token: 'zalo-token',
      },
    ]);
  });

  test('after a quota is used up nothing more is taken', async () => {
    fake.hasQuota = true;
    fake.quota.set(USER, 1);
    expect(await say('one')).toMatchObject([{ kind: 'sent' }]);
    expect(await say('two')).toMatchObject([{ kind: 'refused', reason: expect.stringContaining('quota') }]);
  });

  test.each([
    [
      'a picture with its words',
      'image/png',
      'here',
      ['/v2.0/oa/upload/image'],
      [{ text: 'here', hasFile: true }],
    ],
    [
      'a PDF, its words after it',
      'application/pdf',
      'here',
      ['/v2.0/oa/upload/file'],
      [
        { text: '', hasFile: true },
        { text: 'here', hasFile: false },
      ],
    ],
    ['a PDF without words', 'application/pdf', '', ['/v2.0/oa/upload/file'], [{ text: '', hasFile: true }]],
  ])('sends %s', async (_name, mimeType, caption, uploads, messages) => {
    const outcomes = await send({ kind: 'file', file: { name: 'f.bin', mimeType, size: 3 }, caption });
    expect(outcomes).toEqual(messages.map(() => expect.objectContaining({ kind: 'sent' })));
    expect(paths().filter((path) => path.includes('upload'))).toEqual(uploads);
    expect(fake.messages.map(({ text, file }) => ({ text, hasFile: file !== null }))).toEqual(messages);
  });

  test('tells Zalo how large a GIF is', async () => {
    const gif = new Uint8Array([...utf8.encode('GIF89a'), 0x2c, 0x01, 0xc8, 0x00]);
    const file = { name: 'a.gif', mimeType: 'image/gif', size: gif.length };
    expect(await send({ kind: 'file', file, caption: '' }, USER, gif)).toMatchObject([{ kind: 'sent' }]);
    expect(JSON.stringify(fake.calls.at(-1)?.body)).toContain(
      '"media_type":"gif","attachment_id":"UP1","width":300,"height":200',
    );
  });

  test.each([
    ['a picture over 1 MB', 'image/png', 1024 * 1024 + 1],
    ['a PDF over 5 MB', 'application/pdf', 5 * 1024 * 1024 + 1],
    ['a ZIP file', 'application/zip', 3],
    ['an empty file', 'image/png', 0],
  ])('does not take %s', async (_name, mimeType, size) => {
    const outcomes = await send({ kind: 'file', file: { name: 'f', mimeType, size }, caption: '' });
    expect(outcomes).toMatchObject([{ kind: 'unsupported' }]);
    expect(fake.calls).toEqual([]);
  });

  test('an upload that breaks off is tried again: nobody has got anything', async () => {
    fake.faultWith(({ path }) => (path.includes('upload') ? { kind: 'cut', when: 'after' } : null));
    const file = { name: 'f.pdf', mimeType: 'application/pdf', size: 3 };
    expect(await send({ kind: 'file', file, caption: '' })).toMatchObject([{ kind: 'retry' }]);
  });

  describe('a token that Zalo refuses', () => {
    test('is renewed, once, and the message goes out', async () => {
      fake.accessTokens.clear();
      expect(await say('hi')).toEqual([{ kind: 'sent', messageId: 'zm1' }]);
      expect(await say('again')).toEqual([{ kind: 'sent', messageId: 'zm2' }]);
      expect(paths()).toEqual([
        '/v3.0/oa/message/cs',
        '/v4/oa/access_token',
        '/v3.0/oa/message/cs',
        '/v3.0/oa/message/cs',
      ]);
    });

    test('is an error of authentication where it cannot be renewed', async () => {
      fake.accessTokens.clear();
      fake.refreshTokens.clear();
      expect(await say('hi')).toMatchObject([{ kind: 'refused', authentication: true }]);
      expect(await platform.status(HOOK)).toMatchObject({
        tokenValid: false,
        lastError: 'Zalo does not renew the access token. Run the set-up to give a new one.',
      });
    });

    test('is waited for where its keeper is out of reach', async () => {
      const away = () => Promise.reject(new Error('overloaded'));
      const lost = create(fake.url, {}, { zaloTokens: { ...fixedToken('old'), read: away } });
      const [piece] = lost.format({ kind: 'text', markdown: 'hi' });
      if (piece === undefined) throw new Error('there is no piece');
      expect(await lost.send(piece, to, away)).toMatchObject({ kind: 'retry' });
    });

    test('is the end where there is nowhere to keep tokens', async () => {
      const fixed = create(fake.url, {}, { zaloTokens: fixedToken('old') });
      const [piece] = fixed.format({ kind: 'text', markdown: 'hi' });
      if (piece === undefined) throw new Error('there is no piece');
      const outcome = await fixed.send(piece, to, () => Promise.reject(new Error('no file')));
      expect(outcome).toMatchObject({ kind: 'refused', authentication: true });
    });
  });

  describe('media', () => {
    const media = { kind: 'image', fileName: null, mimeType: null, size: null } as const;
    const open = async (reference: string) => {
      const opened = await platform.openMedia({ ...media, reference });
      if (opened.ok) await opened.value.body.cancel();
      return opened.ok;
    };

    test('comes with the type that its server says', async () => {
      fake.media.set('a', { bytes: utf8.encode('x'), contentType: 'image/jpeg' });
      const opened = await platform.openMedia({ ...media, reference: `${fake.url}/media/a` });
      expect(opened).toMatchObject({ ok: true, value: { mimeType: 'image/jpeg' } });
      if (opened.ok) await opened.value.body.cancel();
    });

    test.each([
      ['of this machine', 'http://127.0.0.1:1/x'],
      ['of the cloud’s metadata', 'https://169.254.169.254/latest'],
      ['of a private network', 'https://10.0.0.1/x'],
      ['without encryption', 'http://93.184.216.34/x'],
      ['of an inner name', 'https://server.internal/x'],
      ['of another protocol', 'file:///etc/passwd'],
      ['that is none', 'x'],
    ])('is not fetched from an address %s', async (_name, address) => {
      expect(await open(address)).toBe(false);
      expect(fake.calls).toEqual([]);
    });

    test('is not fetched where a redirect leads to such an address', async () => {
      fake.media.set('hop', { to: `${fake.url}/media/a` });
      fake.media.set('a', { bytes: utf8.encode('x'), contentType: 'image/jpeg' });
      expect(await open(`${fake.url}/media/hop`)).toBe(true);
      fake.media.set('inner', { to: 'https://169.254.169.254/latest' });
      expect(await open(`${fake.url}/media/inner`)).toBe(false);
    });

    test('is not fetched by a name that leads to a private address', async () => {
      const asked: string[] = [];
      const dns: typeof fetch = async (input) => {
        const url = new URL(input instanceof Request ? input.url : input);
        asked.push(url.hostname);
        const data = url.searchParams.get('type') === 'A' ? [{ type: 1, data: '192.168.0.7' }] : [];
        return Response.json({ Status: 0, Answer: data });
      };
      const careful = create(fake.url, {}, { fetch: dns });
      const opened = await careful.openMedia({ ...media, reference: 'https://rebind.example.com/x' });
      expect(opened.ok).toBe(false);
      expect(new Set(asked)).toEqual(new Set(['cloudflare-dns.com']));
    });
  });

  describe('set-up', () => {
    test('names what is missing', async () => {
      const bare = create(fake.url, { ZALO_APP_ID: '', ZALO_OA_SECRET_KEY: '' });
      expect(await bare.setUp(HOOK)).toMatchObject({
        ok: false,
        problem: expect.stringContaining('ZALO_APP_ID and ZALO_OA_SECRET_KEY'),
      });
    });

    test('says where to click', async () => {
      const lines = await platform.setUp(HOOK);
      expect(lines).toMatchObject({ ok: true });
      expect(JSON.stringify(lines)).toContain(`Webhook URL: ${HOOK}`);
      expect(JSON.stringify(lines)).toContain('The Official Account is Edgewise OA.');
      expect(JSON.stringify(lines)).not.toContain('permission');
    });

    test('gives a link to agree where there is no token', async () => {
      const empty = create(fake.url, { ZALO_OA_ACCESS_TOKEN: '', ZALO_REFRESH_TOKEN: '' });
      const lines = JSON.stringify(await empty.setUp(HOOK));
      expect(lines).toContain('https://oauth.zalo.example/permission');
      expect(lines).toContain('https://edgewise.example/api/v1/platforms/zalo/oauth/callback');
    });

    test('the status tells the account, and when the token ends', async () => {
      fake.accessTokens.clear();
      await say('hi');
      expect(await platform.status(HOOK)).toEqual({
        tokenValid: true,
        account: 'Edgewise OA',
        webhookUrl: null,
        webhookOk: true,
        lastError: null,
        tokenExpiresAt: new Date(1_760_000_000_000 + 25 * HOUR).toISOString(),
      });
    });
  });

  describe('the chain of tokens', () => {
    let now: number;
    let memory: Memory;
    const open = (variables: Readonly<Record<string, string>> = {}) =>
      new TokenChain(settingsFor(fake.url, variables), memoryStore(memory), {
        ...platformDeps,
        clock: { now: () => now },
      });
    const refreshes = () => paths().filter((path) => path === '/v4/oa/access_token').length;
    beforeEach(() => {
      now = 1_760_000_000_000;
      memory = { tokens: null };
    });

    test('begins with what the settings give, whose age is unknown, so that it is renewed at once', async () => {
      const chain = open();
      expect(await chain.read()).toBe('zalo-token');
      expect(refreshes()).toBe(0);
      expect(await chain.nextRenewal()).toBeLessThan(now);
      await chain.renewIfDue();
      expect(await chain.read()).toMatch(/^access-/);
      expect(await chain.nextRenewal()).toBe(now + 22 * HOUR);
    });

    test('a hundred who ask at the same time make one request', async () => {
      const chain = open();
      const given = await Promise.all(Array.from({ length: 100 }, () => chain.renew('zalo-token')));
      expect(new Set(given).size).toBe(1);
      expect(given[0]).toMatch(/^access-/);
      expect(refreshes()).toBe(1);
    });

    test('who comes late with the old token gets the new one', async () => {
      const chain = open();
      const token = await chain.renew('zalo-token');
      expect(await chain.renew('zalo-token')).toBe(token);
      expect(refreshes()).toBe(1);
    });

    test('goes on after a crash with the pair that was stored', async () => {
      const token = await open().renew('zalo-token');
      now += 30 * HOUR;
      const next = await open().read();
      expect(next).toMatch(/^access-/);
      expect(next).not.toBe(token);
      expect(refreshes()).toBe(2);
    });

    test('a refresh token alone is enough', async () => {
      expect(await open({ ZALO_OA_ACCESS_TOKEN: '' }).read()).toMatch(/^access-/);
    });

    test('without the app it cannot go on', async () => {
      const chain = open({ ZALO_APP_SECRET: '' });
      expect(await chain.read()).toBe('zalo-token');
      expect(await chain.nextRenewal()).toBeNull();
      expect(await chain.renew('zalo-token')).toBeNull();
      expect(refreshes()).toBe(0);
    });

    test('a no is told, and asked again an hour later', async () => {
      fake.refreshTokens.clear();
      const chain = open();
      expect(await chain.renew('zalo-token')).toBeNull();
      expect(await chain.renew('zalo-token')).toBeNull();
      expect(refreshes()).toBe(1);
      expect(await chain.state()).toEqual({ expiresAt: null, canRenew: true, problem: 'refused' });
      fake.refreshTokens.add('refresh-1');
      now += HOUR;
      await chain.renewIfDue();
      expect(await chain.state()).toMatchObject({ problem: null });
    });

    test('a server that is away is asked again soon, then less often', async () => {
      fake.faultWith(() => ({ kind: 'cut', when: 'before' }));
      const chain = open();
      const waits: number[] = [];
      for (let attempt = 0; attempt < 7; attempt += 1) {
        await chain.renew('zalo-token');
        const due = (await chain.nextRenewal()) ?? 0;
        waits.push((due - now) / 60_000);
        now = due;
      }
      expect(waits).toEqual([1, 2, 4, 8, 16, 30, 30]);
      // Nobody has refused it, so it is still used
      expect(await chain.read()).toBe('zalo-token');
    });

    test('new settings begin a new chain, the same ones do not', async () => {
      await open().renew('zalo-token');
      expect(await open().read()).toMatch(/^access-/);
      expect(await open({ ZALO_OA_ACCESS_TOKEN: 'newer' }).read()).toBe('newer');
    });
  });
});
