import { expect, test, vi } from 'vitest';
import type { FakeAnswer } from '#test/support/fake-messages-api.ts';
import { promptScript } from '#test/support/prompt-script.ts';
import { useTelegram, writeTelegram } from '../../support/workers/real-telegram.ts';
import { isIdle, newChat } from './chat.ts';

vi.setConfig({ testTimeout: 40_000 });

/** What Telegram was given and took, in short: words, or the name and words of a document. */
async function talk(...steps: readonly FakeAnswer[]): Promise<string[]> {
  const sent: string[] = [];
  useTelegram(async (request) => {
    if (request.url.endsWith('/sendDocument')) {
      const file = (await request.formData()).get('document');
      if (file instanceof File) sent.push(`${file.name}: ${await file.text()}`);
    } else if (request.url.endsWith('/sendMessage')) {
      sent.push(/"text":"(.*?)"/.exec(await request.text())?.[1] ?? '');
    }
  });
  const chat = await newChat('telegram');
  for (const [id, text] of ['/verbosity silent', promptScript(...steps)].entries()) {
    expect((await writeTelegram(chat, id + 1, { text })).status).toBe(200);
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
