import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OutboundContent, OutboundPiece, Platform } from '#channel/platform.ts';
import { createImessage } from '#channel/platforms/imessage/index.ts';
import { PlainRequest } from '#channel/platforms/plain-text.ts';
import { Settings } from '#protocol/settings.ts';
import {
  blueBubblesError,
  startFakeBlueBubbles,
  type FakeBlueBubbles,
} from '#test/support/fake-platforms/imessage.ts';
import { describePlatform } from './platform-contract.ts';
import { platformDeps } from './platform-deps.ts';

const CHAT = 'iMessage;-;+15551234567';
const HOOK = 'https://edgewise.example/api/v1/webhooks/imessage';
const to = { chatId: CHAT, threadId: null };

const textOf = (piece: OutboundPiece): string => {
  const request = PlainRequest.parse(piece.request);
  return request.kind === 'text' ? request.text : request.caption;
};

const create = (url: string, variables: Readonly<Record<string, string>> = {}): Platform => {
  const platform = createImessage(
    Settings.parse({
      BLUEBUBBLES_PASSWORD: 'bb-password',
      BLUEBUBBLES_SERVER_URL: `${url}/`,
      BLUEBUBBLES_WEBHOOK_SECRET: 'hook secret',
      ...variables,
    }),
    platformDeps,
  );
  if (platform === null) throw new Error('imessage is not configured');
  return platform;
};

describePlatform({
  name: 'imessage',
  start: async () => {
    const fake = await startFakeBlueBubbles();
    return { fake, platform: create(fake.url) };
  },
  sign: async () => ({ headers: {}, query: new URLSearchParams({ secret: 'hook secret' }) }),
  signsBody: false,
  address: to,
  readText: textOf,
  expectFit: (piece) => {
    const text = textOf(piece);
    expect(text.length).toBeLessThanOrEqual(8000);
    expect(text.isWellFormed()).toBe(true);
    expect(text.trim()).not.toBe('');
  },
  answers: [
    [
      '401 is the password',
      blueBubblesError(401, 'Authentication Error', 'Unauthorized'),
      { kind: 'refused', authentication: true },
    ],
    ['429 is a pause', { status: 429, body: '' }, { kind: 'retry' }],
    ['500 is tried again', blueBubblesError(500, 'Server Error', 'Something else'), { kind: 'retry' }],
    ['504 may have been taken', { status: 504, body: '' }, { kind: 'unknown' }],
    ['530, a tunnel without a Mac, was never there', { status: 530, body: '' }, { kind: 'retry' }],
    [
      'a time-out of Messages leaves the end unknown',
      blueBubblesError(500, 'iMessage Error', 'Transaction timeout'),
      { kind: 'unknown' },
    ],
    [
      'an address without iMessage',
      blueBubblesError(500, 'iMessage Error', 'Message failed to send! Error Code: 22'),
      { kind: 'refused', authentication: false },
    ],
    [
      'an unknown chat',
      blueBubblesError(500, 'iMessage Error', 'Chat does not exist!'),
      { kind: 'refused', authentication: false, reason: 'Messages on the Mac does not know this chat' },
    ],
    [
      'anything else',
      blueBubblesError(400, 'Validation Error', '?'),
      { kind: 'refused', authentication: false },
    ],
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
    if ('attachments' in fake && fake.attachments instanceof Map) {
      fake.attachments.set(reference, { bytes, mimeType: 'application/pdf' });
    }
  },
});

describe('iMessage', () => {
  let fake: FakeBlueBubbles;
  let platform: Platform;
  beforeEach(async () => {
    fake = await startFakeBlueBubbles();
    platform = create(fake.url);
  });
  afterEach(() => fake.close());

  const send = async (content: OutboundContent) => {
    const outcomes = [];
    for (const piece of platform.format(content)) {
      outcomes.push(await platform.send(piece, to, async () => new Blob(['abc']).stream()));
    }
    return outcomes;
  };
  const say = (markdown: string) => send({ kind: 'text', markdown });
  const sends = () => fake.calls.filter(({ path }) => path.includes('/message/'));
  const verify = (headers: Readonly<Record<string, string>>, query: Readonly<Record<string, string>>) =>
    platform.verify({ body: new TextEncoder().encode('{}'), headers, query: new URLSearchParams(query) });

  test('is not there without a password, nor without the server', () => {
    expect(createImessage(Settings.parse({}), platformDeps)).toBeNull();
    expect(createImessage(Settings.parse({ BLUEBUBBLES_PASSWORD: 'p' }), platformDeps)).toBeNull();
  });

  test('takes the signature of a proxy in place of the secret, but never a wrong one', async () => {
    const hex = createHmac('sha256', 'hook secret').update('{}').digest('hex');
    expect(await verify({ 'x-bluebubbles-signature': hex }, {})).toBe(true);
    expect(
      await verify({ 'x-bluebubbles-signature': hex.replace(/^./, 'x') }, { secret: 'hook secret' }),
    ).toBe(false);
    expect(await verify({}, { secret: '' })).toBe(false);
  });

  test('refuses webhooks without a secret, unless that is allowed', async () => {
    const request = { body: new Uint8Array(), headers: {}, query: new URLSearchParams() };
    expect(await create(fake.url, { BLUEBUBBLES_WEBHOOK_SECRET: '' }).verify(request)).toBe(false);
    const open = create(fake.url, { BLUEBUBBLES_WEBHOOK_SECRET: '', PLATFORM_ALLOW_UNSIGNED: 'yes' });
    expect(await open.verify(request)).toBe(true);
  });

  test.each([
    ['marks', '**b** *i* ~~s~~ `c`', 'b i s c'],
    ['an address', 'see https://a.b/_c_d', 'see https://a.b/_c_d'],
    ['a link', '[t](https://u.v)', 't (https://u.v)'],
    ['a code block', '```py\ncode\n```', 'code\n'],
    ['a name', 'snake_case_name', 'snake_case_name'],
    ['a product', 'a * b * c', 'a * b * c'],
    ['a table', '|A|B|\n|-|-|\n|1|2|', '• A: 1\n  B: 2'],
    ['a list', '- a\n- b', '• a\n• b'],
  ])('shows %s as plain text', (_name, markdown, shown) => {
    expect(
      platform.format({ kind: 'text', markdown }).map((piece) => textOf(piece).replace(/\n+$/, '')),
    ).toEqual([shown.replace(/\n+$/, '')]);
  });

  test('sends by the private API where the server has one', async () => {
    await say('hi');
    expect(sends().map(({ body, path }) => ({ path, ...body }))).toEqual([
      {
        path: '/api/v1/message/text',
        chatGuid: CHAT,
        message: 'hi',
        method: 'private-api',
        tempGuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    ]);
  });

  test('sends by AppleScript where it has none', async () => {
    fake.privateApi = false;
    expect(await say('hi')).toEqual([{ kind: 'sent', messageId: 'SENT-1' }]);
    expect(sends().map(({ body }) => body['method'])).toEqual(['apple-script']);
  });

  test('sends by AppleScript when the private API has gone meanwhile', async () => {
    await say('one');
    fake.helperConnected = false;
    expect(await say('two')).toEqual([{ kind: 'sent', messageId: 'SENT-2' }]);
    expect(sends().map(({ body }) => body['method'])).toEqual(['private-api', 'private-api', 'apple-script']);
  });

  test('does not send again what may have been sent', async () => {
    fake.failNext({ kind: 'hang' });
    expect((await say('hi'))[0]).toMatchObject({ kind: 'unknown' });
    expect(sends().length).toBe(1);
    expect(fake.messages.length).toBe(1);
  });

  test('an answer that breaks off is still a yes', async () => {
    fake.failNext({ kind: 'half' });
    expect(await say('hi')).toEqual([{ kind: 'sent', messageId: null }]);
  });

  test('a file goes with its words after it', async () => {
    const file = { name: 'r.pdf', mimeType: 'application/pdf', size: 3 };
    expect(await send({ kind: 'file', file, caption: 'the **report**' })).toEqual([
      { kind: 'sent', messageId: 'SENT-1' },
      { kind: 'sent', messageId: 'SENT-2' },
    ]);
    expect(fake.messages.map(({ text, file: taken }) => ({ text, name: taken?.name }))).toEqual([
      { text: '', name: 'r.pdf' },
      { text: 'the report', name: undefined },
    ]);
    const [attachment] = sends();
    expect(attachment?.body).toMatchObject({ chatGuid: CHAT, name: 'r.pdf', method: 'private-api' });
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

  test('shows typing and marks as read, in chats whose ids need encoding', async () => {
    await platform.showTyping({ chatId: 'any;-;a/b@c.d', threadId: null }, 'G1');
    expect(fake.typing).toEqual(['any;-;a/b@c.d']);
    expect(fake.read).toEqual(['any;-;a/b@c.d']);
    expect(fake.calls.map(({ path }) => path)).toContain('/api/v1/chat/any%3B-%3Ba%2Fb%40c.d/typing');
  });

  test('shows neither without the private API', async () => {
    fake.privateApi = false;
    await platform.showTyping(to, 'G1');
    expect(fake.calls.map(({ path }) => path)).toEqual(['/api/v1/server/info']);
  });

  test('waits for an attachment that is not on the disk yet, and says what it was made into', async () => {
    fake.attachments.set('A1', { bytes: new Uint8Array([1]), mimeType: 'image/jpeg' });
    fake.notOnDisk.set('A1', 1);
    const opened = await platform.openMedia({
      kind: 'image',
      reference: 'A1',
      fileName: 'a.jpg',
      mimeType: null,
      size: null,
    });
    expect(opened).toMatchObject({ ok: true, value: { mimeType: 'image/jpeg' } });
    if (opened.ok) await opened.value.body.cancel();
  });

  test('asks for what came while it was away, in order, with the keys of the webhooks', async () => {
    const message = (guid: string, dateCreated: number, isFromMe = false) => ({
      guid,
      text: guid,
      isFromMe,
      handle: { address: '+1555' },
      chats: [{ guid: CHAT, participants: [] }],
      attachments: [],
      dateCreated,
    });
    fake.stored.push(message('C', 30), message('A', 10), message('B', 20), message('mine', 25, true));
    const events = await platform.catchUp?.(15);
    expect(events?.map((event) => (event.kind === 'message' ? event.key : null))).toEqual(['B', 'C']);
  });

  test('asks in pages', async () => {
    const message = (n: number) => ({
      guid: `P${n}`,
      text: 'x',
      handle: { address: '+1555' },
      chats: [{ guid: CHAT }],
      dateCreated: n,
    });
    fake.stored.push(...Array.from({ length: 1001 }, (_, n) => message(n)));
    expect((await platform.catchUp?.(0))?.length).toBe(1001);
  });

  test('a server that is away has nothing to catch up with', async () => {
    fake.faultWith(() => ({ kind: 'cut', when: 'before' }));
    expect(await platform.catchUp?.(0)).toEqual([]);
  });

  describe('set-up', () => {
    test('registers the webhook once, in place of earlier ones of ours', async () => {
      fake.webhooks.push(
        { id: 1, url: `${HOOK}?secret=old`, events: ['*'] },
        { id: 2, url: 'https://other.example/hook', events: ['*'] },
      );
      const lines = await platform.setUp(HOOK);
      expect(lines).toMatchObject({ ok: true });
      await platform.setUp(HOOK);
      expect(fake.webhooks.map(({ url, events }) => ({ url, events }))).toEqual([
        { url: 'https://other.example/hook', events: ['*'] },
        { url: `${HOOK}?secret=hook%20secret`, events: ['new-message', 'updated-message'] },
      ]);
      expect(JSON.stringify(lines)).not.toContain('hook%20secret');
    });

    test('what it registers is what it takes', async () => {
      await platform.setUp(HOOK);
      const query = URL.parse(fake.webhooks[0]?.url ?? '')?.searchParams;
      expect(await verify({}, Object.fromEntries(query ?? []))).toBe(true);
    });

    test('says what is wrong with the password', async () => {
      const result = await create(fake.url, { BLUEBUBBLES_PASSWORD: 'wrong' }).setUp(HOOK);
      expect(result).toMatchObject({ ok: false, problem: expect.stringContaining('BLUEBUBBLES_PASSWORD') });
    });

    test('wants a secret first', async () => {
      const result = await create(fake.url, { BLUEBUBBLES_WEBHOOK_SECRET: '' }).setUp(HOOK);
      expect(result).toMatchObject({
        ok: false,
        problem: expect.stringContaining('BLUEBUBBLES_WEBHOOK_SECRET'),
      });
    });

    test('the status tells account and webhook, and no secret', async () => {
      await platform.setUp(HOOK);
      expect(await platform.status(HOOK)).toEqual({
        tokenValid: true,
        account: 'agent@example.com',
        webhookUrl: HOOK,
        webhookOk: true,
        lastError: null,
        tokenExpiresAt: null,
      });
    });

    test('the status of a Mac that is off', async () => {
      fake.faultWith(() => ({ kind: 'cut', when: 'before' }));
      expect(await platform.status(HOOK)).toMatchObject({
        tokenValid: false,
        webhookOk: false,
        webhookUrl: null,
      });
    });
  });
});
