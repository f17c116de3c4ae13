import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTelegram } from '#channel/platforms/telegram/index.ts';
import type { Choice, OutboundContent, OutboundPiece, Platform } from '#channel/platform.ts';
import { Settings } from '#protocol/settings.ts';
import {
  startFakeTelegram,
  tooManyRequests,
  type FakeTelegram,
} from '#test/support/fake-platforms/telegram.ts';
import { z } from 'zod';
import { describePlatform } from './platform-contract.ts';
import { platformDeps } from './platform-deps.ts';

const SECRET = 'tg_secret-1234';
const Ways = z.object({
  ways: z.array(
    z.object({
      method: z.string(),
      body: z.looseObject({
        text: z.string().optional(),
        caption: z.string().optional(),
        entities: z
          .array(z.looseObject({ type: z.string(), offset: z.number(), length: z.number() }))
          .optional(),
      }),
    }),
  ),
});
const waysOf = (piece: OutboundPiece) => Ways.parse(piece.request).ways;

const create = (url: string, variables: Readonly<Record<string, string>> = {}): Platform => {
  const settings = Settings.parse({
    TELEGRAM_BOT_TOKEN: '777:token',
    TELEGRAM_WEBHOOK_SECRET: SECRET,
    TELEGRAM_BOT_USERNAME: 'edgewise_bot',
    TELEGRAM_API_URL: url,
    ...variables,
  });
  const platform = createTelegram(settings, platformDeps);
  if (platform === null) throw new Error('telegram is not configured');
  return platform;
};

const error = (status: number, description: string) => ({
  status,
  body: { ok: false, error_code: status, description },
});

describePlatform({
  name: 'telegram',
  start: async () => {
    const fake = await startFakeTelegram();
    return { fake, platform: create(fake.url) };
  },
  sign: async () => ({
    headers: { 'x-telegram-bot-api-secret-token': SECRET },
    query: new URLSearchParams(),
  }),
  signsBody: false,
  address: { chatId: '111', threadId: null },
  readText: (piece) => waysOf(piece)[0]?.body.text ?? '',
  expectFit: (piece) => {
    for (const { body } of waysOf(piece)) {
      const { text = '', entities = [] } = body;
      expect(text.length).toBeLessThanOrEqual(4096);
      expect(text.isWellFormed()).toBe(true);
      expect(text.trim()).not.toBe('');
      expect(entities.length).toBeLessThanOrEqual(100);
      const code = entities.filter(({ type }) => type === 'code' || type === 'pre');
      for (const entity of entities) {
        expect(entity.length).toBeGreaterThan(0);
        expect(entity.offset + entity.length).toBeLessThanOrEqual(text.length);
        // Code bears no other marks
        const isMark = ['bold', 'italic', 'strikethrough', 'text_link'].includes(entity.type);
        const isOverCode = code.some(
          (one) => one.offset < entity.offset + entity.length && entity.offset < one.offset + one.length,
        );
        expect(isMark && isOverCode).toBe(false);
      }
    }
  },
  answers: [
    ['429 waits as long as it is told', tooManyRequests(7), { kind: 'retry', afterMs: 7000 }],
    ['500 is tried again', error(500, 'Internal Server Error'), { kind: 'retry' }],
    ['504 may have been taken', { status: 504, body: '' }, { kind: 'unknown' }],
    ['522 was never there', { status: 522, body: '' }, { kind: 'retry' }],
    ['401 is the token', error(401, 'Unauthorized'), { kind: 'refused', authentication: true }],
    ['404 is the token too', error(404, 'Not Found'), { kind: 'refused', authentication: true }],
    [
      '403 is a user who blocked the bot',
      error(403, 'Forbidden: bot was blocked by the user'),
      { kind: 'refused', authentication: false },
    ],
    [
      '400 is a chat that is not there',
      error(400, 'Bad Request: chat not found'),
      { kind: 'refused', authentication: false },
    ],
    ['400 is about this message alone', error(400, 'Bad Request: failed'), { kind: 'unsupported' }],
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
    if ('files' in fake && fake.files instanceof Map) fake.files.set(reference, bytes);
  },
});

describe('Telegram', () => {
  let fake: FakeTelegram;
  let platform: Platform;
  beforeEach(async () => {
    fake = await startFakeTelegram();
    platform = create(fake.url);
  });
  afterEach(() => fake.close());

  const noFile = () => Promise.reject(new Error('no file'));
  const send = async (
    content: OutboundContent,
    chatId = '111',
    threadId: string | null = null,
    bytes = 'abc',
  ) => {
    const outcomes = [];
    for (const piece of platform.format(content)) {
      outcomes.push(await platform.send(piece, { chatId, threadId }, async () => new Blob([bytes]).stream()));
    }
    return outcomes;
  };
  const methods = () => fake.calls.map(({ path }) => path.split('/').at(-1));
  const text = (markdown: string): OutboundContent => ({ kind: 'text', markdown });

  test('is not there without a token', () => {
    expect(createTelegram(Settings.parse({}), platformDeps)).toBeNull();
  });

  test('refuses webhooks without a secret, unless that is allowed', async () => {
    const request = { body: new Uint8Array(), headers: {}, query: new URLSearchParams() };
    expect(await create(fake.url, { TELEGRAM_WEBHOOK_SECRET: '' }).verify(request)).toBe(false);
    const open = create(fake.url, { TELEGRAM_WEBHOOK_SECRET: '', PLATFORM_ALLOW_UNSIGNED: 'true' });
    expect(await open.verify(request)).toBe(true);
  });

  test('marks are entities in UTF-16 units', async () => {
    await send(text('😀 **b** [l](https://a.b) **`c`** ~~s~~\n\n> q\n\n```py\nx\n```'));
    expect(fake.calls[0]?.body).toEqual({
      chat_id: '111',
      text: '😀 b l c s\n\nq\n\nx\n',
      entities: [
        { type: 'bold', offset: 3, length: 1 },
        { type: 'text_link', offset: 5, length: 1, url: 'https://a.b' },
        { type: 'code', offset: 7, length: 1 },
        { type: 'strikethrough', offset: 9, length: 1 },
        { type: 'blockquote', offset: 12, length: 1 },
        { type: 'pre', offset: 15, length: 2, language: 'py' },
      ],
    });
  });

  test('a message whose entities are rejected is sent without', async () => {
    fake.failNext({ kind: 'answer', answer: error(400, "Bad Request: can't parse entities") });
    expect(await send(text('**b**'))).toEqual([{ kind: 'sent', messageId: '1001' }]);
    expect(fake.calls.map(({ body }) => body)).toEqual([
      { chat_id: '111', text: 'b', entities: [{ type: 'bold', offset: 0, length: 1 }] },
      { chat_id: '111', text: 'b' },
    ]);
  });

  test('a pause that is asked for is no reason to try without entities', async () => {
    fake.failNext({ kind: 'answer', answer: tooManyRequests(3) });
    expect(await send(text('**b**'))).toMatchObject([{ kind: 'retry', afterMs: 3000 }]);
    expect(methods()).toEqual(['sendMessage']);
  });

  test('an answer that breaks off after its status says that the message is there', async () => {
    fake.failNext({ kind: 'half' });
    expect(await send(text('b'))).toEqual([{ kind: 'sent', messageId: null }]);
  });

  test('a group that became a supergroup is followed', async () => {
    fake.moved.set('-4001', '-1001234');
    expect(await send(text('hi'), '-4001')).toMatchObject([{ kind: 'sent' }]);
    expect(fake.messages.map(({ chatId }) => chatId)).toEqual(['-1001234']);
  });

  test('a topic is kept for messages and signs', async () => {
    await send(text('hi'), '-1001234', '42');
    await platform.showTyping({ chatId: '-1001234', threadId: '42' }, null);
    expect(fake.calls.map(({ body }) => body)).toEqual([
      { chat_id: '-1001234', message_thread_id: 42, text: 'hi' },
      { chat_id: '-1001234', message_thread_id: 42, action: 'typing' },
    ]);
  });

  describe('rich messages', () => {
    const table = '| A |\n|---|\n| 1 |';
    beforeEach(() => {
      platform = create(fake.url, { TELEGRAM_RICH_MESSAGES: 'true' });
    });

    test('are for what needs them', async () => {
      await send(text(table));
      await send(text('**b**'));
      expect(methods()).toEqual(['sendRichMessage', 'sendMessage']);
      expect(fake.calls[0]?.body).toEqual({ chat_id: '111', rich_message: { markdown: table } });
    });

    test('give way to entities where the server has none', async () => {
      fake.knowsRich = false;
      expect(await send(text(table))).toMatchObject([{ kind: 'sent' }]);
      expect(fake.messages.map(({ text: said }) => said)).toEqual(['• A: 1']);
    });

    test('are drafts too, with the same ladder', async () => {
      expect(await platform.showDraft?.({ chatId: '111', threadId: null }, 5, table)).toBe(true);
      fake.knowsRich = false;
      expect(await platform.showDraft?.({ chatId: '111', threadId: null }, 5, table)).toBe(true);
      expect(methods()).toEqual(['sendRichMessageDraft', 'sendRichMessageDraft', 'sendMessageDraft']);
    });
  });

  test('a draft shows the end of what is being said, with a stop button, in private chats only', async () => {
    const long = `${'x'.repeat(4096)} **end**`;
    expect(await platform.showDraft?.({ chatId: '111', threadId: null }, 9, long)).toBe(true);
    expect(fake.calls[0]?.body).toEqual({
      chat_id: 111,
      draft_id: 9,
      can_stop: true,
      text: ' end',
      entities: [{ type: 'bold', offset: 1, length: 3 }],
    });
    expect(await platform.showDraft?.({ chatId: '-5', threadId: null }, 9, 'x')).toBe(false);
    expect(fake.calls.length).toBe(1);
  });

  test('a message can be edited, and one that is the same counts as edited', async () => {
    await send(text('one'));
    const [piece] = platform.format(text('two'));
    if (piece === undefined) throw new Error('there is no piece');
    const to = { chatId: '111', threadId: null };
    expect(await platform.edit?.('1001', piece, to)).toEqual({ kind: 'sent', messageId: '1001' });
    expect(await platform.edit?.('1001', piece, to)).toEqual({ kind: 'sent', messageId: '1001' });
    expect(await platform.edit?.('7', piece, to)).toMatchObject({ kind: 'unsupported' });
  });

  test('an answer quotes what was asked, a file too; a change of it does not', async () => {
    const to = { chatId: '-5', threadId: null };
    const [words] = platform.format(text('hi'));
    const file = { name: 'a.pdf', mimeType: 'application/pdf', size: 3 };
    const [document] = platform.format({ kind: 'file', file, caption: '' });
    if (words === undefined || document === undefined) throw new Error('there is no piece');
    const openFile = async () => new Blob(['abc']).stream();
    const quoting = { ...to, replyTo: '42' };
    expect(await platform.send(words, quoting, noFile)).toEqual({ kind: 'sent', messageId: '1001' });
    expect(await platform.send(document, quoting, openFile)).toEqual({ kind: 'sent', messageId: '1002' });
    const [more] = platform.format(text('**hi** you'));
    if (more === undefined) throw new Error('there is no piece');
    expect(await platform.edit?.('1001', more, to)).toEqual({ kind: 'sent', messageId: '1001' });
    const reply = { message_id: 42, allow_sending_without_reply: true };
    expect(fake.calls.map(({ body }) => body)).toEqual([
      { chat_id: '-5', reply_parameters: reply, text: 'hi' },
      { chat_id: '-5', reply_parameters: JSON.stringify(reply), document: '(file)' },
      {
        chat_id: '-5',
        message_id: 1001,
        text: 'hi you',
        entities: [{ type: 'bold', offset: 0, length: 2 }],
      },
    ]);
  });

  test('a message becomes a rich one by an edit, or one with entities where the server is older', async () => {
    platform = create(fake.url, { TELEGRAM_RICH_MESSAGES: 'true' });
    const to = { chatId: '-5', threadId: null };
    await send(text('growing …'), '-5');
    const [table] = platform.format(text('| A |\n|---|\n| 1 |'));
    if (table === undefined) throw new Error('there is no piece');
    expect(await platform.edit?.('1001', table, to)).toEqual({ kind: 'sent', messageId: '1001' });
    expect(fake.calls.at(-1)?.body).toMatchObject({ rich_message: { markdown: '| A |\n|---|\n| 1 |' } });
    fake.knowsRich = false;
    expect(await platform.edit?.('1001', table, to)).toEqual({ kind: 'sent', messageId: '1001' });
    expect(fake.calls.at(-1)?.body).toMatchObject({ text: '• A: 1' });
  });

  test.each([
    ['a pause that is asked for', tooManyRequests(3), { kind: 'retry', afterMs: 3000 }],
    ['a message that is gone', error(400, 'Bad Request: message to edit not found'), { kind: 'unsupported' }],
    ['a bot that was put out', error(403, 'Forbidden: bot was kicked'), { kind: 'refused' }],
  ])('an edit: %s', async (_name, answer, outcome) => {
    await send(text('one'), '-5');
    fake.faultWith(() => ({ kind: 'answer', answer }));
    const [piece] = platform.format(text('**two**'));
    if (piece === undefined) throw new Error('there is no piece');
    expect(await platform.edit?.('1001', piece, { chatId: '-5', threadId: null })).toMatchObject(outcome);
  });

  test('where buttons are not taken, there is the same in words', async () => {
    const choices = [choice('q:1', 'x'.repeat(70)), choice('q:2', 'No', 'not now')];
    const [piece] = platform.format({ kind: 'choices', markdown: '**Sure?**', choices });
    const said = (one: OutboundPiece) => waysOf(one)[0]?.body.text;
    expect(piece && said(piece)).toBe(`Sure?\n\n• ${'x'.repeat(70)}\n• No: not now`);
    expect(piece?.instead?.map(said)).toEqual([
      `Sure?\n\n• ${'x'.repeat(70)}\n• No: not now\n\n1. ${'x'.repeat(70)}\n2. No\n\nReply with the number.`,
    ]);
  });

  const choice = (id: string, label: string, description = ''): Choice => ({ id, label, description });

  test('choices are buttons, with what they mean above', async () => {
    const choices = [choice('q:1', 'Yes', 'do it'), choice('q:2', 'No')];
    await send({ kind: 'choices', markdown: '**Sure?**', choices });
    expect(fake.calls[0]?.body).toEqual({
      chat_id: '111',
      text: 'Sure?\n\n• Yes: do it',
      entities: [
        { type: 'bold', offset: 0, length: 5 },
        { type: 'bold', offset: 9, length: 3 },
      ],
      reply_markup: {
        inline_keyboard: [[{ text: 'Yes', callback_data: 'q:1' }], [{ text: 'No', callback_data: 'q:2' }]],
      },
    });
  });

  test('choices whose ids are too long for buttons have numbers', async () => {
    await send({ kind: 'choices', markdown: 'Which?', choices: [choice('ế'.repeat(22), 'One', 'first')] });
    expect(fake.messages[0]?.text).toBe('Which?\n\n1. One — first\n\nReply with the number.');
  });

  test('a pressed button is acknowledged by the id in its key', async () => {
    await platform.acknowledgeChoice?.('531:4382bfdw');
    expect(fake.calls.map(({ body }) => body)).toEqual([{ callback_query_id: '4382bfdw' }]);
  });

  test.each([
    ['image/png', 3, 'sendPhoto'],
    ['image/png', 11 * 1024 * 1024, 'sendDocument'],
    ['image/gif', 3, 'sendAnimation'],
    ['audio/ogg; codecs=opus', 3, 'sendVoice'],
    ['audio/mpeg', 3, 'sendAudio'],
    ['video/mp4', 3, 'sendVideo'],
    ['application/pdf', 3, 'sendDocument'],
  ])('%s of %i bytes goes by %s %s', async (mimeType, size, method) => {
    await send({ kind: 'file', file: { name: 'a', mimeType, size }, caption: '**c**' });
    expect(methods()).toEqual([method]);
    expect(fake.calls[0]?.body).toMatchObject({ chat_id: '111', caption: 'c' });
  });

  test('a picture that is no photo for Telegram goes as a document', async () => {
    await send({ kind: 'file', file: { name: 'wide.png', mimeType: 'image/png', size: 3 }, caption: '' });
    expect(methods()).toEqual(['sendPhoto', 'sendDocument']);
    expect(fake.messages.length).toBe(1);
  });

  test('a file over 50 MB is for a link', async () => {
    const file = { name: 'a.zip', mimeType: 'application/zip', size: 50 * 1024 * 1024 + 1 };
    expect(await send({ kind: 'file', file, caption: '' })).toMatchObject([{ kind: 'unsupported' }]);
    expect(fake.calls).toEqual([]);
  });

  test('a long caption is a message of its own', async () => {
    const file = { name: 'a.pdf', mimeType: 'application/pdf', size: 3 };
    await send({ kind: 'file', file, caption: 'x'.repeat(1025) });
    expect(methods()).toEqual(['sendDocument', 'sendMessage']);
  });

  test('files that users send are given up to 20 MB', async () => {
    const opened = await platform.openMedia({
      kind: 'video',
      reference: 'v',
      fileName: null,
      mimeType: 'video/mp4',
      size: 21 * 1024 * 1024,
    });
    expect(opened).toMatchObject({ ok: false, problem: expect.stringContaining('20 MB') });
    expect(fake.calls).toEqual([]);
  });

  describe('set-up', () => {
    const url = 'https://agent.example/api/v1/webhooks/telegram';

    test('registers the webhook with its secret and only what is handled, and sets the commands', async () => {
      expect(await platform.setUp(url)).toEqual({
        ok: true,
        value: ['@edgewise_bot is reached at https://t.me/edgewise_bot.', `Its messages go to ${url}.`],
      });
      expect(fake.webhook).toEqual({
        url,
        secret: SECRET,
        updates: ['message', 'edited_message', 'callback_query', 'stopped_message_generation'],
        lastError: null,
      });
      expect(fake.commands).toEqual(['new', 'stop', 'status', 'verbosity', 'link', 'help']);
      expect(await platform.status(url)).toEqual({
        tokenValid: true,
        account: '@edgewise_bot',
        webhookUrl: url,
        webhookOk: true,
        lastError: null,
        tokenExpiresAt: null,
      });
    });

    test.each<[string, Record<string, string>, string, RegExp]>([
      ['no secret', { TELEGRAM_WEBHOOK_SECRET: '' }, url, /TELEGRAM_WEBHOOK_SECRET/],
      ['a secret that Telegram does not take', { TELEGRAM_WEBHOOK_SECRET: 'a b' }, url, /letters, digits/],
      ['a wrong token', { TELEGRAM_BOT_TOKEN: '778:other' }, url, /BotFather/],
      ['an address without https', {}, 'http://agent.example/', /https/],
    ])('says what is wrong: %s', async (_name, variables, address, problem) => {
      const result = await create(fake.url, variables).setUp(address);
      expect(result).toEqual({ ok: false, problem: expect.stringMatching(problem) });
    });

    test('the last error is told in our words', async () => {
      await platform.setUp(url);
      fake.webhook.lastError = 'Wrong response from the webhook: 403 Forbidden';
      expect((await platform.status('https://other.example/')).lastError).toBe(
        '2025-10-09T08:53:20.000Z: the webhook refused the secret; run the set-up again; 0 messages wait at Telegram.',
      );
      expect((await platform.status('https://other.example/')).webhookOk).toBe(false);
      const stranger = await create(fake.url, { TELEGRAM_BOT_TOKEN: '778:other' }).status(url);
      expect(stranger).toMatchObject({ tokenValid: false, webhookOk: false });
    });
  });

  test('a server that is not there is a broken connection', async () => {
    await fake.close();
    const [piece] = platform.format(text('hi'));
    if (piece === undefined) throw new Error('there is no piece');
    expect(await platform.send(piece, { chatId: '1', threadId: null }, noFile)).toMatchObject({
      kind: 'unknown',
    });
    expect(await platform.showDraft?.({ chatId: '1', threadId: null }, 1, 'x')).toBe(false);
  });
});
