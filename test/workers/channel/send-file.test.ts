import { exports } from 'cloudflare:workers';
import { expect, inject, test, vi } from 'vitest';
import { platformFactories } from '#channel/create-platform.ts';
import { createTelegram } from '#channel/platforms/telegram/index.ts';
import type { FakeAnswer } from '#test/support/fake-messages-api.ts';
import { promptScript } from '#test/support/prompt-script.ts';
import { origin } from '../../support/workers/accounts.ts';
import { isIdle, newChat } from './chat.ts';

declare module 'vitest' {
  interface ProvidedContext {
    telegramUrl: string;
  }
}

vi.setConfig({ testTimeout: 40_000 });

/** What Telegram was given and took, in short: words, or the name and words of a document. */
async function talk(...steps: readonly FakeAnswer[]): Promise<string[]> {
  const sent: string[] = [];
  platformFactories.telegram = (settings, deps) =>
    createTelegram(
      {
        ...settings,
        TELEGRAM_BOT_TOKEN: '777:token',
        TELEGRAM_WEBHOOK_SECRET: 'tg_secret',
        TELEGRAM_API_URL: inject('telegramUrl'),
      },
      {
        ...deps,
        fetch: async (url, init) => {
          const request = new Request(url, init);
          const copy = request.clone();
          const response = await deps.fetch(request);
          if (response.ok && copy.url.endsWith('/sendDocument')) {
            const file = (await copy.formData()).get('document');
            if (file instanceof File) sent.push(`${file.name}: ${await file.text()}`);
          } else if (response.ok && copy.url.endsWith('/sendMessage')) {
            sent.push(/"text":"(.*?)"/.exec(await copy.text())?.[1] ?? '');
          }
          return response;
        },
      },
    );
  const chat = await newChat('telegram');
  for (const text of ['/verbosity silent', promptScript(...steps)]) {
    const response = await exports.default.fetch(`${origin}/api/v1/webhooks/telegram`, {
      method: 'POST',
      headers: { 'x-telegram-bot-api-secret-token': 'tg_secret', 'content-type': 'application/json' },
      body: JSON.stringify({
        update_id: Number(chat) * 2 + (text.startsWith('/') ? 0 : 1),
        message: {
          message_id: text.startsWith('/') ? 7 : 8,
          date: Math.floor(Date.now() / 1000),
          from: { id: Number(chat), is_bot: false, first_name: 'Some One' },
          chat: { id: Number(chat), type: 'private' },
          text,
        },
      }),
    });
    expect(response.status).toBe(200);
    await isIdle('telegram', chat);
  }
  return sent.slice(1);
}

const call = (tool: string, input: object) => ({ tool, id: crypto.randomUUID(), input });
const bash = (command: string) => call('Bash', { command });
const send = (file_path: string) => call('send_file_to_chat', { file_path });
const answer: FakeAnswer = { blocks: [{ text: ['Done.'] }] };

test.each<{ name: string; steps: FakeAnswer[]; sent: string[] }>([
  {
    name: 'a file that Bash made',
    steps: [{ blocks: [bash('mkdir -p work && echo hello > work/a.txt')] }, { blocks: [send('work/a.txt')] }],
    sent: ['a.txt: hello\n', 'Done.'],
  },
  {
    name: 'in one message with what makes it',
    steps: [{ blocks: [bash('echo hello > output/a.txt'), send('output/a.txt')] }],
    sent: ['a.txt: hello\n', 'Done.'],
  },
  {
    name: 'asked for twice',
    steps: [
      { blocks: [bash('echo one > a.txt')] },
      { blocks: [send('a.txt'), send('/workspace/a.txt')] },
      { blocks: [send('a.txt')] },
    ],
    sent: ['a.txt: one\n', 'Done.'],
  },
  {
    name: 'that Write sent already',
    steps: [
      { blocks: [call('Write', { file_path: '/workspace/output/a.txt', content: 'one' })] },
      { blocks: [send('output/a.txt')] },
    ],
    sent: ['a.txt: one', 'Done.'],
  },
  {
    name: 'that is not there',
    steps: [{ blocks: [send('output/none.txt')] }, { blocks: [send('../a.txt')] }],
    sent: ['Done.'],
  },
])('into Telegram: $name', async ({ steps, sent }) => {
  expect(await talk(...steps, answer)).toEqual(sent);
});

test('what has changed since is sent again, also where the first has not gone out yet', async () => {
  const sent = await talk(
    { blocks: [bash('echo one > a.txt')] },
    { blocks: [send('a.txt')] },
    { blocks: [bash('echo two, longer > a.txt')] },
    { blocks: [send('a.txt')] },
    answer,
  );
  expect(sent.slice(-2)).toEqual(['a.txt: two, longer\n', 'Done.']);
});
