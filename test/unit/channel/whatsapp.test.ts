import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Choice, OutboundContent, OutboundPiece, Platform } from '#channel/platform.ts';
import { createWhatsapp } from '#channel/platforms/whatsapp/index.ts';
import { Settings } from '#protocol/settings.ts';
import { graphError, startFakeWhatsapp, type FakeWhatsapp } from '#test/support/fake-platforms/whatsapp.ts';
import { markdownText } from '#test/support/markdown-text.ts';
import { describePlatform } from './platform-contract.ts';
import { platformDeps } from './platform-deps.ts';

const USER = '84907996550';
const TextRequest = z.object({
  body: z.union([
    z.object({ text: z.object({ body: z.string().max(4096) }) }).transform(({ text }) => text.body),
    z
      .object({ interactive: z.object({ body: z.object({ text: z.string().max(1024) }) }) })
      .transform(({ interactive }) => interactive.body.text),
  ]),
});
const textOf = (piece: OutboundPiece) => TextRequest.parse(piece.request).body;

const create = (url: string, variables: Readonly<Record<string, string>> = {}): Platform => {
  const settings = Settings.parse({
    WHATSAPP_ACCESS_TOKEN: 'wa-token',
    WHATSAPP_PHONE_NUMBER_ID: '106540352242922',
    WHATSAPP_VERIFY_TOKEN: 'verify-me',
    WHATSAPP_APP_SECRET: 'app-secret',
    WHATSAPP_API_URL: url,
    ...variables,
  });
  const platform = createWhatsapp(settings, platformDeps);
  if (platform === null) throw new Error('whatsapp is not configured');
  return platform;
};

const hmac = (body: string | Uint8Array) => createHmac('sha256', 'app-secret').update(body).digest('hex');

describePlatform({
  name: 'whatsapp',
  start: async () => {
    const fake = await startFakeWhatsapp();
    return { fake, platform: create(fake.url) };
  },
  sign: async (body) => ({
    headers: { 'x-hub-signature-256': `sha256=${hmac(body)}` },
    query: new URLSearchParams(),
  }),
  signsBody: true,
  address: { chatId: USER, threadId: null },
  readText: textOf,
  expectFit: (piece) => {
    const text = textOf(piece);
    expect(text.length).toBeLessThanOrEqual(4096);
    expect(text.isWellFormed()).toBe(true);
    expect(text.trim()).not.toBe('');
  },
  answers: [
    ['429 is a pause', graphError(429, -1), { kind: 'retry' }],
    ['too many to one user wait six seconds', graphError(400, 131056), { kind: 'retry', afterMs: 6000 }],
    ['too many at all wait', graphError(400, 130429), { kind: 'retry' }],
    ['an account over its rate waits', graphError(400, 80007), { kind: 'retry' }],
    ['500 is tried again', graphError(500, 131000), { kind: 'retry' }],
    ['503 is tried again', { status: 503, body: 'no JSON' }, { kind: 'retry' }],
    ['504 may have been taken', { status: 504, body: '' }, { kind: 'unknown' }],
    ['522 was never there', { status: 522, body: '' }, { kind: 'retry' }],
    ['a temporary error is tried again', graphError(400, 131016), { kind: 'retry' }],
    ['190 is the token', graphError(401, 190), { kind: 'refused', authentication: true }],
    ['200 is a permission', graphError(403, 200), { kind: 'refused', authentication: true }],
    [
      'a closed window',
      graphError(400, 131047),
      {
        kind: 'refused',
        authentication: false,
        reason: 'The user has not written for 24 hours, so WhatsApp takes no message until they do',
      },
    ],
    ['a number without WhatsApp', graphError(400, 131026), { kind: 'refused', authentication: false }],
    ['anything else is about this message alone', graphError(400, 999_999), { kind: 'unsupported' }],
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
      fake.media.set(reference, { bytes, mimeType: 'application/pdf' });
    }
  },
});

describe('WhatsApp', () => {
  let fake: FakeWhatsapp;
  let platform: Platform;
  beforeEach(async () => {
    fake = await startFakeWhatsapp();
    platform = create(fake.url);
  });
  afterEach(() => fake.close());

  const send = async (content: OutboundContent, chatId = USER) => {
    const outcomes = [];
    for (const piece of platform.format(content)) {
      const to = { chatId, threadId: null };
      outcomes.push(await platform.send(piece, to, async () => new Blob(['abc']).stream()));
    }
    return outcomes;
  };
  const bodies = () => fake.calls.map(({ body }) => body);
  const formatted = (markdown: string) => platform.format({ kind: 'text', markdown }).map(textOf);

  test('is not there without a token, nor without a phone number', () => {
    expect(createWhatsapp(Settings.parse({}), platformDeps)).toBeNull();
    expect(createWhatsapp(Settings.parse({ WHATSAPP_ACCESS_TOKEN: 't' }), platformDeps)).toBeNull();
  });

  test('the signature is that of the raw bytes', async () => {
    const body = new TextEncoder().encode('{"object":"whatsapp_business_account","entry":[]}');
    const hex = 'd3e4f9da0ce6c71ab3dba55929b8eeeee2455349e534924ead19f98d143e904f';
    const request = { body, query: new URLSearchParams() };
    expect(await platform.verify({ ...request, headers: { 'x-hub-signature-256': `sha256=${hex}` } })).toBe(
      true,
    );
    expect(await platform.verify({ ...request, headers: { 'x-hub-signature-256': hex } })).toBe(false);
  });

  test('refuses webhooks without a secret, unless that is allowed', async () => {
    const request = { body: new Uint8Array(), headers: {}, query: new URLSearchParams() };
    expect(await create(fake.url, { WHATSAPP_APP_SECRET: '' }).verify(request)).toBe(false);
    const open = create(fake.url, { WHATSAPP_APP_SECRET: '', PLATFORM_ALLOW_UNSIGNED: 'yes' });
    expect(await open.verify(request)).toBe(true);
  });

  test.each([
    ['marks', '**b** *i* _i_ ~~s~~', '*b* _i_ _i_ ~s~'],
    ['code', '`**x**`', '`**x**`'],
    ['both marks at once', '***x***', '*_x_*'],
    ['a heading with a mark', '## **Bold** head', '*Bold head*'],
    ['a link', '[t](https://u.v)', 't (https://u.v)'],
    ['an image', '![alt](https://u.v/i.png)', 'alt (https://u.v/i.png)'],
    ['a list', '* a\n* b', '- a\n- b'],
    ['a quote', '> a\n> b\n\nc', '> a\n> b\n\nc'],
    ['a code block', 'x\n```py\n**a**\n```\ny', 'x\n```\n**a**\n```\ny'],
    ['a code block in a quote', '> ```\n> a\n> b\n> ```', '> ```\na\nb\n```'],
    ['marks within a word', 'foo**bar**baz', 'foobarbaz'],
    ['marks over lines', '**a\nb**', '*a*\n*b*'],
    ['code in a mark', '**a `b` c**', '*a* `b` *c*'],
    ['a code block with a fence', '````\n```\n````', '```\n``\u200B`\n```'],
    ['a product', 'a * b * c', 'a * b * c'],
  ])('%s as WhatsApp writes it', (_name, markdown, expected) => {
    expect(formatted(markdown)).toEqual([expected]);
  });

  test('a code block that is cut is closed and opened again', () => {
    const [one = '', two = ''] = formatted(`\`\`\`\n${'x = 1\n'.repeat(1000)}\`\`\``);
    for (const part of [one, two]) expect(part).toMatch(/^```\n(x = 1\n)+```$/);
  });

  test('code blocks of any text are closed in each piece', () => {
    fc.assert(
      fc.property(markdownText(), ({ markdown }) => {
        for (const text of formatted(markdown)) expect((text.match(/^```/gm) ?? []).length % 2).toBe(0);
      }),
    );
  });

  test('a text goes to a phone number, or to the id of someone who shows none', async () => {
    await send({ kind: 'text', markdown: 'hi' });
    await send({ kind: 'text', markdown: 'hi' }, 'VN.1349');
    const message = {
      messaging_product: 'whatsapp',
      recipient_type: 'individual',
      type: 'text',
      text: { preview_url: false, body: 'hi' },
    };
    expect(bodies()).toEqual([
      { ...message, to: USER },
      { ...message, recipient: 'VN.1349' },
    ]);
    expect(fake.calls[0]?.path).toBe('/v26.0/106540352242922/messages');
    expect(fake.messages.length).toBe(2);
  });

  test('the version of the API is a setting', async () => {
    await create(fake.url, { WHATSAPP_GRAPH_VERSION: 'v27.0' }).showTyping(
      { chatId: USER, threadId: null },
      'w',
    );
    expect(fake.calls[0]?.path).toBe('/v27.0/106540352242922/messages');
  });

  const choice = (id: string, label: string, description = ''): Choice => ({ id, label, description });
  const ask = (choices: readonly Choice[]) => send({ kind: 'choices', markdown: '**Sure?**', choices });

  test('up to three short choices are buttons', async () => {
    await ask([choice('1', 'Yes'), choice('2', 'No')]);
    expect(fake.calls[0]?.body['interactive']).toEqual({
      type: 'button',
      body: { text: '*Sure?*' },
      action: {
        buttons: [
          { type: 'reply', reply: { id: '1', title: 'Yes' } },
          { type: 'reply', reply: { id: '2', title: 'No' } },
        ],
      },
    });
  });

  test('more, or longer ones, or described ones, are a list', async () => {
    await ask([choice('1', 'Yes', 'do it'), choice('2', 'A label that is too long for a title')]);
    expect(fake.calls[0]?.body['interactive']).toEqual({
      type: 'list',
      body: { text: '*Sure?*' },
      action: {
        button: 'Choose',
        sections: [
          {
            title: 'Choices',
            rows: [
              { id: '1', title: 'Yes', description: 'do it' },
              {
                id: '2',
                title: 'A label that is too lo…',
                description: 'A label that is too long for a title',
              },
            ],
          },
        ],
      },
    });
  });

  test.each([
    ['too many', Array.from({ length: 11 }, (_, index) => choice(`${index}`, `Choice ${index}`))],
    ['too long', [choice('1', 'x'.repeat(80))]],
    ['the same', [choice('1', 'Yes'), choice('2', 'Yes')]],
  ])('choices that are %s have numbers', async (_name, choices) => {
    expect(await ask(choices)).toMatchObject([{ kind: 'sent' }]);
    expect(fake.messages[0]?.text).toMatch(/^\*Sure\?\*\n\n1\. .*Reply with the number\.$/s);
  });

  test('a form that WhatsApp does not take is for plain text', async () => {
    fake.failNext({ kind: 'answer', answer: graphError(400, 131009) });
    expect(await ask([choice('1', 'Yes')])).toMatchObject([{ kind: 'unsupported' }]);
  });

  const MB = 1024 * 1024;
  test.each<[string, number, object]>([
    ['image/png', 3, { type: 'image', image: { id: 'UPLOAD1', caption: 'c' } }],
    ['image/png', 6 * MB, { type: 'document', document: { id: 'UPLOAD1', caption: 'c', filename: 'a' } }],
    ['image/webp', 3, { type: 'document', document: { id: 'UPLOAD1', caption: 'c', filename: 'a' } }],
    ['video/mp4', 3, { type: 'video', video: { id: 'UPLOAD1', caption: 'c' } }],
    ['text/csv', 3, { type: 'document', document: { id: 'UPLOAD1', caption: 'c', filename: 'a' } }],
    ['audio/ogg; codecs=opus', 3, { type: 'audio', audio: { id: 'UPLOAD1' } }],
  ])('%s of %i bytes is uploaded and sent', async (mimeType, size, body) => {
    const outcomes = await send({ kind: 'file', file: { name: 'a', mimeType, size }, caption: 'c' });
    expect(outcomes.every(({ kind }) => kind === 'sent')).toBe(true);
    expect(fake.calls[1]?.body).toMatchObject(body);
    expect(fake.calls[0]?.file?.type).toBe(fake.calls[0]?.body['type']);
  });

  test('what is said with audio is a message of its own', async () => {
    await send({ kind: 'file', file: { name: 'a', mimeType: 'audio/mpeg', size: 3 }, caption: 'listen' });
    expect(fake.messages.map(({ text }) => text)).toEqual(['', 'listen']);
  });

  test.each([
    ['a type that WhatsApp does not take', 'application/zip', 3],
    ['a file that is too large', 'application/pdf', 100 * MB + 1],
    ['an empty file', 'application/pdf', 0],
  ])('%s is for a link', async (_name, mimeType, size) => {
    const file = { name: 'a', mimeType, size };
    expect(await send({ kind: 'file', file, caption: '' })).toMatchObject([{ kind: 'unsupported' }]);
    expect(fake.calls).toEqual([]);
  });

  test('an upload that breaks off has shown nothing, so it is tried again', async () => {
    fake.faultWith(({ path }) => (path.endsWith('/media') ? { kind: 'cut', when: 'after' } : null));
    const file = { name: 'a', mimeType: 'application/pdf', size: 3 };
    expect(await send({ kind: 'file', file, caption: '' })).toMatchObject([{ kind: 'retry' }]);
    expect(fake.messages).toEqual([]);
  });

  test('typing marks the last message as read, once for all parts of an answer', async () => {
    await platform.showTyping({ chatId: USER, threadId: null }, 'wamid.X');
    await platform.showTyping({ chatId: USER, threadId: null }, 'wamid.X');
    await platform.showTyping({ chatId: USER, threadId: null }, null);
    expect(bodies()).toEqual([
      {
        messaging_product: 'whatsapp',
        status: 'read',
        message_id: 'wamid.X',
        typing_indicator: { type: 'text' },
      },
    ]);
  });

  test('the token never goes to a host that is not Meta’s', async () => {
    const stranger = await startFakeWhatsapp();
    try {
      fake.faultWith(() => ({
        kind: 'answer',
        answer: { status: 200, body: { url: `${stranger.url}/download/x`, mime_type: 'image/png' } },
      }));
      const media = { kind: 'image', reference: 'M', fileName: null, mimeType: null, size: null } as const;
      expect(await platform.openMedia(media)).toMatchObject({ ok: false });
      expect(stranger.calls).toEqual([]);
    } finally {
      await stranger.close();
    }
  });

  describe('set-up', () => {
    const url = 'https://agent.example/api/v1/webhooks/whatsapp';

    test('checks the number, subscribes the app and says what to click', async () => {
      const result = await create(fake.url, { WHATSAPP_BUSINESS_ACCOUNT_ID: 'WABA' }).setUp(url);
      expect(result).toEqual({
        ok: true,
        value: [
          'The number is +1 555-078-3881 (Edgewise).',
          'The app is subscribed to the business account.',
          'Now open https://developers.facebook.com/apps, your app, WhatsApp > Configuration:',
          `1. Callback URL: ${url}`,
          '2. Verify token: the value of WHATSAPP_VERIFY_TOKEN. Click "Verify and save".',
          '3. Under "Webhook fields", subscribe to "messages".',
          '4. Switch the app to live mode, so that others than its testers can write to it.',
        ],
      });
      expect([...fake.subscribed]).toEqual(['WABA']);
    });

    test('knows when that is done', async () => {
      fake.webhookUrl = url;
      expect(await platform.setUp(url)).toEqual({
        ok: true,
        value: [
          'The number is +1 555-078-3881 (Edgewise).',
          'Set WHATSAPP_BUSINESS_ACCOUNT_ID and run this again to subscribe the app to the business account.',
          `Messages go to ${url}.`,
        ],
      });
      expect(await platform.status(url)).toEqual({
        tokenValid: true,
        account: '+1 555-078-3881 (Edgewise)',
        webhookUrl: url,
        webhookOk: true,
        lastError: null,
        tokenExpiresAt: null,
      });
    });

    test.each<[string, Record<string, string>, RegExp]>([
      ['no verify token', { WHATSAPP_VERIFY_TOKEN: '' }, /WHATSAPP_VERIFY_TOKEN/],
      ['no app secret', { WHATSAPP_APP_SECRET: '' }, /WHATSAPP_APP_SECRET/],
      ['a wrong token', { WHATSAPP_ACCESS_TOKEN: 'other' }, /WHATSAPP_ACCESS_TOKEN/],
    ])('says what is wrong: %s', async (_name, variables, problem) => {
      expect(await create(fake.url, variables).setUp(url)).toEqual({
        ok: false,
        problem: expect.stringMatching(problem),
      });
    });

    test('a wrong token has no status', async () => {
      expect(await create(fake.url, { WHATSAPP_ACCESS_TOKEN: 'other' }).status(url)).toMatchObject({
        tokenValid: false,
        webhookOk: false,
      });
    });
  });
});
