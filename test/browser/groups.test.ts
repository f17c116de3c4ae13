import { afterAll, beforeAll, expect, test } from 'vitest';
import { startFakeTelegram, type FakeTelegram } from '#test/support/fake-platforms/telegram.ts';
import { promptScript } from '#test/support/prompt-script.ts';
import { startRealServer, type RealServer } from '#test/support/real-server.ts';

// With Telegram's own pace, against the server as `npm start` runs it
const GROUP = -1001234567890;
const ANNA = 111;
let telegram: FakeTelegram;
let server: RealServer;
beforeAll(async () => {
  telegram = await startFakeTelegram();
  server = await startRealServer({
    vars: {
      TELEGRAM_API_URL: telegram.url,
      TELEGRAM_BOT_TOKEN: '777:token',
      TELEGRAM_BOT_USERNAME: 'edgewise_bot',
      TELEGRAM_WEBHOOK_SECRET: 'hook-secret',
      TELEGRAM_WHITELIST: String(ANNA),
    },
  });
});
afterAll(async () => {
  await Promise.all([server.close(), telegram.close()]);
});

let updates = 0;

async function write(text: string): Promise<number> {
  updates += 1;
  const response = await fetch(`${server.url}/api/v1/webhooks/telegram`, {
    method: 'POST',
    headers: { 'x-telegram-bot-api-secret-token': 'hook-secret' },
    body: JSON.stringify({
      update_id: updates,
      message: {
        message_id: updates,
        date: Math.floor(Date.now() / 1000),
        from: { id: ANNA, is_bot: false, first_name: 'Anna' },
        chat: { id: GROUP, type: 'supergroup', title: 'Team' },
        text: `@edgewise_bot ${text}`,
        entities: [{ type: 'mention', offset: 0, length: 13 }],
      },
    }),
  });
  expect(await response.json()).toEqual({ status: 'ok' });
  return updates;
}

const parts = Array.from({ length: 10 }, (_, index) => `**part ${index}** `);
const answer = Array.from({ length: 10 }, (_, index) => `part ${index}`).join(' ');
const slow = promptScript({ blocks: [{ text: parts }], delayMs: 800 });
const callsOf = (method: string) => telegram.calls.filter(({ path }) => path.endsWith(`/${method}`));
const shown = () => telegram.messages.map(({ text }) => text);

test('an answer grows in a group, every three seconds, while the server dies: it stands there once, whole', async () => {
  const asked = await write(slow);
  await expect.poll(() => callsOf('editMessageText').length, { timeout: 20_000 }).toBe(1);
  expect(shown()).toEqual([expect.stringMatching(/^part 0 part 1 .*…$/)]);
  await server.kill();
  await server.restart();
  await expect.poll(shown, { timeout: 60_000, interval: 200 }).toEqual([answer]);
  expect(callsOf('sendMessage').map(({ body }) => body)).toMatchObject([
    { chat_id: String(GROUP), reply_parameters: { message_id: asked, allow_sending_without_reply: true } },
  ]);
  const edits = callsOf('editMessageText');
  expect(edits.at(-1)?.body).toMatchObject({ text: answer, entities: { length: 10 } });
  const waits = edits.slice(1, -1).map(({ at }, index) => at - (edits[index]?.at ?? 0));
  expect(waits.filter((wait) => wait < 2900)).toEqual([]);
});

test('where Telegram asks for a pause, the answer waits that long and no longer', async () => {
  const before = shown().length;
  let askedAt = 0;
  telegram.faultWith(({ path }) => {
    if (askedAt > 0 || !path.endsWith('/editMessageText')) return null;
    askedAt = Date.now();
    return {
      kind: 'answer',
      answer: {
        status: 429,
        body: {
          ok: false,
          error_code: 429,
          description: 'Too Many Requests',
          parameters: { retry_after: 8 },
        },
      },
    };
  });
  await write(slow);
  await expect.poll(() => shown().slice(before), { timeout: 60_000, interval: 100 }).toEqual([answer]);
  expect(Date.now() - askedAt).toBeGreaterThan(8_000);
  expect(Date.now() - askedAt).toBeLessThan(12_000);
});
