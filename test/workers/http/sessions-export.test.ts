import { beforeAll, expect, test } from 'vitest';
import { newUser, send } from '#test/support/workers/accounts.ts';
import { addEntries, addSession, ask, type TestUser } from './sessions-support.ts';

let user: TestUser;
beforeAll(async () => {
  user = await newUser();
});

const download = (path: string) => send('GET', `/api/v1/sessions${path}`, { token: user.token });

test('JSONL is the history, a record a line, over many pages', async () => {
  const prompts = Array.from({ length: 450 }, (_, index) => `prompt ${index}\nwith "two" lines`);
  await addSession(user, 'long', { prompts });
  const response = await download('/long/export');
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'application/x-ndjson; charset=utf-8',
    'content-disposition': 'attachment; filename="session-long.jsonl"',
    'cache-control': 'private, no-store',
    'x-content-type-options': 'nosniff',
  });
  const text = await response.text();
  const records = text
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  const history = await ask(user, 'GET', '/long/history');
  expect(records).toHaveLength(450);
  expect(history.body).toMatchObject({ messages: records });
  expect(text.endsWith('\n')).toBe(true);
});

test('Markdown is for people', async () => {
  const usage = {
    input_tokens: 1,
    output_tokens: 1,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
  };
  await addEntries(user, 'talk', [
    [
      {
        kind: 'prompt',
        content: [
          { type: 'text', text: 'What is in here?' },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
        ],
      },
      {
        kind: 'assistant',
        content: [
          { type: 'thinking', thinking: 'Let me see.', signature: 's' },
          { type: 'text', text: 'I look.' },
          { type: 'tool_use', id: 't1', name: 'Bash', input: { command: 'ls' } },
        ],
        model: 'm',
        usage,
        cost: 0,
      },
      {
        kind: 'tool_results',
        results: [{ type: 'tool_result', tool_use_id: 't1', content: '```js\n1\n```' }],
      },
      { kind: 'end', done: null },
    ],
  ]);
  const response = await download('/talk/export?format=markdown');
  expect(response.headers.get('content-type')).toBe('text/markdown; charset=utf-8');
  expect(response.headers.get('content-disposition')).toBe('attachment; filename="session-talk.md"');
  expect(await response.text()).toBe(`# Conversation

## User

What is in here?

[image]

## Thinking

Let me see.

## Assistant

I look.

## Tool: Bash

\`\`\`json
{"command":"ls"}
\`\`\`

## Tool result

\`\`\`\`
\`\`\`js
1
\`\`\`
\`\`\`\`
`);
});

test('the heading of a Markdown file is the name', async () => {
  await addSession(user, 'named');
  await ask(user, 'PATCH', '/named', { name: 'Two\nlines' });
  const text = await (await download('/named/export?format=markdown')).text();
  expect(text).toBe('# Two lines\n\n## User\n\nfirst prompt\n');
});

test('a session nothing was said in is an empty file', async () => {
  await addEntries(user, 'empty', []);
  const response = await download('/empty/export');
  expect([response.status, await response.text()]).toEqual([200, '']);
});

test.each([
  { path: '/none/export', status: 404 },
  { path: '/none/export?format=pdf', status: 422 },
])('$path gives $status', async ({ path, status }) => {
  const response = await download(path);
  expect(response.status).toBe(status);
  await response.body?.cancel();
});
