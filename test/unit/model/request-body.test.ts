import { expect, test } from 'vitest';
import type { Message } from '#protocol/message.ts';
import { Message as MessageSchema } from '#protocol/message.ts';
import { startFakeMessagesApi } from '#test/support/fake-messages-api.ts';
import { requestBody } from '#model/request-body.ts';
import { ask, collect, modelAt, never, user } from './harness.ts';

const tools = [
  {
    name: 'Write',
    description: 'Write a file.',
    input_schema: { type: 'object', properties: { b: {}, a: {} } },
  },
  { name: 'Bash', description: 'Run a command.', input_schema: { properties: {} } },
];

const firstTurn: Message[] = [user('Write it.')];
const laterTurn: Message[] = [
  ...firstTurn,
  {
    role: 'assistant',
    content: [
      { type: 'thinking', thinking: 'Hm.', signature: 'sig' },
      { type: 'redacted_thinking', data: 'opaque' },
      { type: 'text', text: 'I write.' },
      { type: 'tool_use', id: 'toolu_1', name: 'Write', input: { z: 1, a: { y: [true, null] } } },
    ],
  },
  { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'written' }] },
];

test('the body of a request, byte for byte', async () => {
  const api = await startFakeMessagesApi();
  await collect(modelAt(api.url).model.stream(ask('', { tools, messages: firstTurn }), never()));
  expect(api.requests[0]?.raw).toBe(
    '{"model":"claude-sonnet-5-5","max_tokens":64000,"stream":true,' +
      '"thinking":{"type":"adaptive","display":"summarized"},"cache_control":{"type":"ephemeral"},' +
      '"tools":[{"name":"Write","description":"Write a file.","input_schema":{"type":"object","properties":{"b":{},"a":{}}}},' +
      '{"name":"Bash","description":"Run a command.","input_schema":{"properties":{},"type":"object"}}],' +
      '"system":[{"type":"text","text":"Be kind.","cache_control":{"type":"ephemeral"}}],' +
      '"messages":[{"role":"user","content":[{"type":"text","text":"Write it."}]}]}',
  );
  await api.close();
});

test('two consecutive requests share their bytes up to the newest message', async () => {
  const api = await startFakeMessagesApi();
  const { model } = modelAt(api.url);
  const muchLater = [...laterTurn, { role: 'assistant' as const, content: [] }, user('And now?')];
  for (const messages of [firstTurn, laterTurn, muchLater]) {
    await collect(model.stream(ask('', { tools, messages }), never()));
  }
  const bodies = api.requests.map(({ raw }) => raw);
  const end = ']}';
  for (const [index, body] of bodies.entries()) {
    expect(body.endsWith(end)).toBe(true);
    if (index > 0) expect(body.startsWith(bodies[index - 1]?.slice(0, -end.length) ?? 'none')).toBe(true);
  }
  await api.close();
});

test('a conversation that was stored and read has the same bytes', () => {
  const read = MessageSchema.array().parse(JSON.parse(JSON.stringify(laterTurn)));
  const bytes = (messages: Message[]) =>
    JSON.stringify(requestBody(ask('', { messages }), { thinkingBlocks: true }));
  expect(bytes(read)).toBe(bytes(laterTurn));
});

const model = 'some-local-model';

test.each<{ name: string; messages: Message[]; thinkingBlocks?: boolean; sent: unknown }>([
  { name: 'blocks go as they are', messages: laterTurn, sent: laterTurn },
  {
    name: 'without thinking, if it is refused',
    messages: [
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'Hm.', signature: 's' },
          { type: 'text', text: 'Yes.' },
          { type: 'redacted_thinking', data: 'o' },
        ],
      },
    ],
    thinkingBlocks: false,
    sent: [{ role: 'assistant', content: [{ type: 'text', text: 'Yes.' }] }],
  },
  {
    name: 'a message of which nothing is left is left out',
    messages: [
      user('a'),
      { role: 'assistant', content: [{ type: 'thinking', thinking: 'Hm.', signature: 's' }] },
      user('b'),
    ],
    thinkingBlocks: false,
    sent: [user('a'), user('b')],
  },
  {
    name: 'blank text is left out',
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: ' \n' },
          { type: 'text', text: 'a' },
        ],
      },
      { role: 'assistant', content: [{ type: 'text', text: '\n\n' }] },
    ],
    sent: [user('a')],
  },
  {
    name: 'images, documents and results with blocks',
    messages: [
      {
        role: 'user',
        content: [
          { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
          {
            type: 'document',
            source: { type: 'base64', media_type: 'application/pdf', data: 'JVBE' },
            title: 'A',
          },
          {
            type: 'tool_result',
            tool_use_id: 't',
            content: [
              { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'JVBE' } },
            ],
            is_error: true,
          },
        ],
      },
    ],
    sent: [
      {
        role: 'user',
        content: [
          { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
          {
            type: 'document',
            source: { type: 'base64', media_type: 'application/pdf', data: 'JVBE' },
            title: 'A',
          },
          {
            type: 'tool_result',
            tool_use_id: 't',
            content: [
              { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'JVBE' } },
            ],
            is_error: true,
          },
        ],
      },
    ],
  },
])('$name', ({ messages, sent, thinkingBlocks = true }) => {
  expect(requestBody({ model, system: '', tools: [], messages }, { thinkingBlocks })).toEqual({
    model,
    max_tokens: 8192,
    stream: true,
    cache_control: { type: 'ephemeral' },
    messages: sent,
  });
});
