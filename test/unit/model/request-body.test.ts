import { expect, test } from 'vitest';
import type { ModelRequest } from '#agent/model.ts';
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

test('a conversation that was stored and read has the same bytes', () => {
  const read = MessageSchema.array().parse(JSON.parse(JSON.stringify(laterTurn)));
  const bytes = (messages: Message[]) => JSON.stringify(requestBody(ask('', { messages })));
  expect(bytes(read)).toBe(bytes(laterTurn));
});

const model = 'some-local-model';

const pdf = { type: 'base64', media_type: 'application/pdf', data: 'JVBE' } as const;

const withFiles: Message[] = [
  {
    role: 'user',
    content: [
      { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
      { type: 'document', source: pdf, title: 'A' },
    ],
  },
  { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'Read', input: {} }] },
  {
    role: 'user',
    content: [{ type: 'tool_result', tool_use_id: 't', content: [{ type: 'document', source: pdf }] }],
  },
];

test.each<{ name: string; messages: Message[]; sent: Message[] }>([
  { name: 'blocks go as they are', messages: laterTurn, sent: laterTurn },
  { name: 'images, documents and results with blocks', messages: withFiles, sent: withFiles },
  {
    name: 'what the API would refuse is repaired',
    messages: [user('a'), { role: 'assistant', content: [{ type: 'text', text: '\n' }] }, user('b')],
    sent: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
    ],
  },
])('$name', ({ messages, sent }) => {
  expect(requestBody({ model, system: '', tools: [], messages })).toEqual({
    model,
    max_tokens: 8192,
    stream: true,
    cache_control: { type: 'ephemeral' },
    messages: sent,
  });
});

const adaptive = { type: 'adaptive', display: 'summarized' };
const opus = 'claude-opus-5-5';
const sonnet = 'claude-sonnet-5-5';
const haiku = 'claude-haiku-5-5';
const old = 'claude-haiku-4-5-20251001';

test.each<{ wanted: Pick<ModelRequest, 'thinking' | 'effort'>; of: string; sent: object }>([
  { of: opus, wanted: {}, sent: { thinking: adaptive } },
  {
    of: opus,
    wanted: { thinking: 'adaptive', effort: 'max' },
    sent: { thinking: adaptive, output_config: { effort: 'max' } },
  },
  { of: opus, wanted: { thinking: 8000 }, sent: { thinking: adaptive } },
  { of: opus, wanted: { thinking: 'off' }, sent: { thinking: adaptive, output_config: { effort: 'low' } } },
  {
    of: opus,
    wanted: { thinking: 'off', effort: 'high' },
    sent: { thinking: adaptive, output_config: { effort: 'high' } },
  },
  { of: sonnet, wanted: { thinking: 'off' }, sent: { thinking: { type: 'between_tools' } } },
  {
    of: haiku,
    wanted: { thinking: 'off', effort: 'max' },
    sent: { thinking: { type: 'disabled' }, output_config: { effort: 'high' } },
  },
  {
    of: haiku,
    wanted: { effort: 'medium' },
    sent: { thinking: adaptive, output_config: { effort: 'medium' } },
  },
  { of: old, wanted: {}, sent: {} },
  { of: old, wanted: { thinking: 'off', effort: 'low' }, sent: {} },
  { of: old, wanted: { thinking: 8000 }, sent: { thinking: { type: 'enabled', budget_tokens: 8000 } } },
  { of: old, wanted: { thinking: 99_000 }, sent: { thinking: { type: 'enabled', budget_tokens: 62_976 } } },
  { of: model, wanted: {}, sent: { max_tokens: 8192 } },
  { of: model, wanted: { thinking: 'off' }, sent: { max_tokens: 8192, thinking: { type: 'disabled' } } },
  {
    of: model,
    wanted: { thinking: 'adaptive', effort: 'low' },
    sent: { max_tokens: 8192, thinking: { type: 'adaptive' }, output_config: { effort: 'low' } },
  },
  {
    of: model,
    wanted: { thinking: 8000 },
    sent: { max_tokens: 16_192, thinking: { type: 'enabled', budget_tokens: 8000 } },
  },
])('$wanted of $of', ({ wanted, of, sent }) => {
  expect(requestBody({ model: of, system: '', tools: [], messages: firstTurn, ...wanted })).toEqual({
    model: of,
    max_tokens: 64_000,
    stream: true,
    cache_control: { type: 'ephemeral' },
    messages: firstTurn,
    ...sent,
  });
});
