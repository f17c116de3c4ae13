import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../unit/cli/run-in-process.ts';
import { startFakeBlueBubbles, type FakeBlueBubbles } from '#test/support/fake-platforms/imessage.ts';
import { startFakeTelegram, type FakeTelegram } from '#test/support/fake-platforms/telegram.ts';
import { startFakeZalo, type FakeZalo } from '#test/support/fake-platforms/zalo.ts';
import { promptScript } from '#test/support/prompt-script.ts';
import { startRealServer, type RealServer } from '#test/support/real-server.ts';

// From the set-up command to the delivered file, against the server as `npm start` runs it
const ZALO_USER = '6142494823123456789';
const PHONE = '+15551234567';
const GROUP = -1001234567890;
const ANNA = 111;
const SECRETS = /oa-secret|app-secret|bb-password|hook-secret|access-|refresh-/;
let zalo: FakeZalo;
let mac: FakeBlueBubbles;
let telegram: FakeTelegram;
let server: RealServer;
beforeAll(async () => {
  zalo = await startFakeZalo();
  mac = await startFakeBlueBubbles();
  telegram = await startFakeTelegram();
  server = await startRealServer({
    vars: {
      ZALO_APP_ID: '123',
      ZALO_APP_SECRET: 'app-secret',
      ZALO_OA_SECRET_KEY: 'oa-secret',
      ZALO_REFRESH_TOKEN: 'refresh-1',
      ZALO_API_URL: zalo.url,
      ZALO_OAUTH_URL: zalo.url,
      BLUEBUBBLES_PASSWORD: 'bb-password',
      BLUEBUBBLES_SERVER_URL: mac.url,
      BLUEBUBBLES_WEBHOOK_SECRET: 'hook-secret',
      TELEGRAM_API_URL: telegram.url,
      TELEGRAM_BOT_TOKEN: '777:token',
      TELEGRAM_BOT_USERNAME: 'edgewise_bot',
      TELEGRAM_WEBHOOK_SECRET: 'hook-secret',
      TELEGRAM_WHITELIST: String(ANNA),
    },
  });
});
afterAll(async () => {
  await Promise.all([server.close(), zalo.close(), mac.close(), telegram.close()]);
});

const cli = (...argv: string[]) =>
  run([...argv, '--api-url', server.url], {
    env: { API_KEY: 'real-server-key', CLI_ADMIN_PASSWORD: server.login.password },
  });

const writesFile = (words: string) =>
  promptScript(
    {
      blocks: [
        { tool: 'Write', id: 'call_1', input: { file_path: '/workspace/output/r.pdf', content: '%PDF' } },
      ],
    },
    { blocks: [{ text: [words] }] },
  );

let messages = 0;

async function writeOnZalo(message: object, eventName = 'user_send_text'): Promise<unknown> {
  messages += 1;
  const timestamp = String(Date.now());
  const body = JSON.stringify({
    app_id: '123',
    event_name: eventName,
    timestamp,
    sender: { id: ZALO_USER },
    recipient: { id: 'OA' },
    message: { msg_id: `m${messages}`, ...message },
  });
  const hex = createHash('sha256').update(`123${body}${timestamp}oa-secret`).digest('hex');
  const headers = { 'x-zevent-signature': `mac=${hex}` };
  const response = await fetch(`${server.url}/api/v1/webhooks/zalo`, { method: 'POST', headers, body });
  return response.json();
}

/** As the Mac does it: to the address that was registered. */
async function writeOnImessage(text: string, attachments: readonly object[] = []): Promise<unknown> {
  messages += 1;
  const data = {
    guid: `g${messages}`,
    text,
    isFromMe: false,
    handle: { address: PHONE },
    chats: [{ guid: `any;-;${PHONE}`, participants: [] }],
    attachments,
    dateCreated: Date.now(),
  };
  const response = await fetch(mac.webhooks[0]?.url ?? '', {
    method: 'POST',
    body: JSON.stringify({ type: 'new-message', data }),
  });
  return response.json();
}

const said = (fake: FakeZalo | FakeBlueBubbles) =>
  fake.messages.map(({ text, file }) => (file === null ? text : file.name));

test('Zalo: set up, listed, answered, with a file each way', async () => {
  const setUp = await cli('setup', 'zalo');
  expect(setUp).toMatchObject({ code: 0, out: expect.stringContaining('✓ Token: valid, Edgewise OA') });
  expect(setUp.out + setUp.err).not.toMatch(SECRETS);
  expect(await writeOnZalo({ text: 'hello?' })).toEqual({ status: 'blocked' });
  expect((await cli('whitelist', 'add', 'zalo', ZALO_USER)).code).toBe(0);

  expect(await writeOnZalo({ text: writesFile('Here **it** is.') })).toEqual({ status: 'ok' });
  await expect.poll(() => said(zalo).slice(1), { timeout: 20_000 }).toEqual(['r.pdf', 'Here it is.']);
  expect(said(zalo)[0]).toContain('You have no access here.');

  zalo.media.set('a', { bytes: new Uint8Array([1, 2, 3]), contentType: 'application/pdf' });
  const payload = { url: `${zalo.url}/media/a`, name: 'a.pdf', size: '3' };
  await writeOnZalo({ attachments: [{ type: 'file', payload }] }, 'user_send_file');
  await expect
    .poll(() => said(zalo).at(-1), { timeout: 20_000 })
    .toContain('[File received: a.pdf — saved to input/a.pdf]');
  // One refresh token, one use: set-up, status and all messages share what came of it
  expect(zalo.calls.filter(({ path }) => path === '/v4/oa/access_token').length).toBe(1);
});

test('iMessage: set up, listed, answered, with a file each way', async () => {
  const setUp = await cli('setup', 'imessage');
  expect(setUp).toMatchObject({ code: 0, out: expect.stringContaining('✓ Token: valid, agent@example.com') });
  expect(setUp.out + setUp.err).not.toMatch(SECRETS);
  expect((await cli('whitelist', 'add', 'imessage', '+1 555 123-4567')).code).toBe(0);

  expect(await writeOnImessage(writesFile('Here **it** is.'))).toEqual({ status: 'ok' });
  await expect.poll(() => said(mac).slice(-2), { timeout: 20_000 }).toEqual(['r.pdf', 'Here it is.']);
  expect(mac.typing).toContain(`any;-;${PHONE}`);

  mac.attachments.set('A1', { bytes: new Uint8Array([1, 2, 3]), mimeType: 'application/pdf' });
  const attachment = { guid: 'A1', mimeType: 'application/pdf', transferName: 'a.pdf', totalBytes: 3 };
  await writeOnImessage('read', [attachment]);
  await expect
    .poll(() => said(mac).at(-1), { timeout: 20_000 })
    .toContain('[File received: a.pdf — saved to input/a.pdf]');
});

const MESSAGE = 7;

/** What the webhook answers to one message of Anna's. */
async function writeInGroup(text: string): Promise<unknown> {
  const response = await fetch(`${server.url}/api/v1/webhooks/telegram`, {
    method: 'POST',
    headers: { 'x-telegram-bot-api-secret-token': 'hook-secret' },
    body: JSON.stringify({
      update_id: MESSAGE,
      message: {
        message_id: MESSAGE,
        date: Math.floor(Date.now() / 1000),
        from: { id: ANNA, is_bot: false, first_name: 'Anna' },
        chat: { id: GROUP, type: 'supergroup', title: 'Team' },
        text: `@edgewise_bot ${text}`,
        entities: [{ type: 'mention', offset: 0, length: 13 }],
      },
    }),
  });
  return response.json();
}

/** As long as two edits take. */
const COUNT = 8;
const parts = Array.from({ length: COUNT }, (_, index) => `**part ${index}** `);
const answer = Array.from({ length: COUNT }, (_, index) => `part ${index}`).join(' ');
const slow = promptScript({ blocks: [{ text: parts }], delayMs: 800 });
const callsOf = (method: string) => telegram.calls.filter(({ path }) => path.endsWith(`/${method}`));
const shown = () => telegram.messages.map(({ text }) => text);

test('an answer grows in a group, every three seconds, while the server dies: it stands there once, whole', async () => {
  expect(await writeInGroup(slow)).toEqual({ status: 'ok' });
  await expect.poll(() => callsOf('editMessageText').length, { timeout: 20_000 }).toBe(1);
  expect(shown()).toEqual([expect.stringMatching(/^part 0 part 1 .*…$/)]);
  await server.kill();
  await server.restart();
  // It is brought again: so nobody waits for an alarm
  expect(await writeInGroup(slow)).toEqual({ status: 'duplicate' });
  await expect.poll(shown, { timeout: 60_000, interval: 200 }).toEqual([answer]);
  expect(callsOf('sendMessage').map(({ body }) => body)).toMatchObject([
    { chat_id: String(GROUP), reply_parameters: { message_id: MESSAGE, allow_sending_without_reply: true } },
  ]);
  const edits = callsOf('editMessageText');
  expect(edits.at(-1)?.body).toMatchObject({ text: answer, entities: { length: COUNT } });
  const waits = edits.slice(1, -1).map(({ at }, index) => at - (edits[index]?.at ?? 0));
  expect(waits.length).toBeGreaterThan(1);
  expect(waits.filter((wait) => wait < 2900)).toEqual([]);
});
