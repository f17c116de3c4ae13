import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { noHooks } from '#agent/hooks.ts';
import { runTurn } from '#agent/run-turn.ts';
import { Step } from '#agent/step.ts';
import { defineTool } from '#agent/tool.ts';
import { Message, type UserBlock } from '#protocol/message.ts';
import { startFakeMessagesApi, type FakeMessagesApi } from '#test/support/fake-messages-api.ts';
import { modelAt } from './harness.ts';

let api: FakeMessagesApi;
beforeEach(async () => {
  api = await startFakeMessagesApi();
});
afterEach(() => api.close());

const picture = {
  type: 'image',
  source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' },
} as const;

const tools = [
  defineTool({
    name: 'Look',
    description: 'Shows a picture.',
    effects: 'reads',
    input: z.object({ at: z.string() }),
    run: async ({ at }) => (at === 'text' ? 'Ünï "quoted"\n' : [{ type: 'text', text: at }, picture]),
  }),
  defineTool({
    name: 'Write',
    description: 'Writes a file.',
    effects: 'workspace',
    input: z.object({ content: z.string() }),
    run: async () => 'written',
  }),
];

/** One turn over the real loop and the real model; what comes back was stored and read. */
async function turn(before: readonly Message[], prompt: readonly UserBlock[]): Promise<Message[]> {
  const messages: Message[] = [...before, { role: 'user', content: [...prompt] }];
  const steps: Step[] = [];
  const outcome = await runTurn(
    {
      model: modelAt(api.url).model,
      tools,
      emit: () => {},
      save: (step) => void steps.push(step),
      clock: { now: () => 0 },
      signal: new AbortController().signal,
      onToolError: () => {},
      judge: () => ({ kind: 'allow' }),
      hooks: noHooks,
      begunCalls: new Set(),
      uniqueCallId: (id) => id,
    },
    {
      model: 'sonnet',
      system: 'Be kind.',
      messages,
      maxSteps: 9,
      replies: new Map(),
      thinking: 'adaptive',
      effort: 'high',
    },
  );
  expect(outcome.kind).toBe('finished');
  for (const step of Step.array().parse(JSON.parse(JSON.stringify(steps)))) {
    const last = messages.at(-1);
    if (step.kind === 'assistant') messages.push({ role: 'assistant', content: step.content });
    else if (step.kind === 'tool_results' && last?.role === 'user') last.content.push(...step.results);
    else if (step.kind === 'tool_results') messages.push({ role: 'user', content: step.results });
  }
  return Message.array().parse(JSON.parse(JSON.stringify(messages)));
}

test('each request begins with the bytes of the one before: over the steps of a turn, and over turns', async () => {
  api.enqueue(
    {
      blocks: [
        { thinking: ['Three ', 'at once.'], signature: 'sig-1==' },
        { redacted: 'opaque' },
        { text: ['I look.'] },
        { tool: 'Look', id: 'toolu_1', input: { at: 'text' } },
        { tool: 'Look', id: 'toolu_2', input: { at: 'picture' }, json: ['{ "at" :', ' "picture" }'] },
        { tool: 'Write', id: 'toolu_3', input: { content: 'ü' } },
      ],
    },
    {
      blocks: [
        { thinking: ['Once more.'], signature: 'sig-2==' },
        { tool: 'Look', id: 'toolu_4', input: { at: 'text', z: 1, a: { y: [true, null] } } },
        { tool: 'Nothing', id: 'toolu_5', input: {}, json: [] },
      ],
    },
    { blocks: [{ text: ['Done. '] }, { text: ['\n'] }] },
    { blocks: [{ thinking: ['Hm.'], signature: 'sig-3==' }] },
    { blocks: [{ tool: 'Write', id: 'toolu_1', input: {}, json: ['{"content":"lo'] }], stop: 'max_tokens' },
    { blocks: [{ text: ['Good.'] }] },
    { blocks: [{ text: ['Bye.'] }] },
  );
  let messages = await turn([], [{ type: 'text', text: 'Look.' }, picture]);
  messages = await turn(messages, [{ type: 'text', text: 'Say nothing.' }]);
  messages = await turn(messages, [
    { type: 'text', text: ' ' },
    { type: 'text', text: 'Write.' },
  ]);
  await turn(messages, [{ type: 'text', text: 'Bye.' }]);

  const sent = api.requests.map(({ raw }) => raw);
  expect(sent).toHaveLength(7);
  const end = ']}]}';
  for (const [index, raw] of sent.entries()) {
    expect(raw.endsWith(end)).toBe(true);
    const before = sent[index - 1]?.slice(0, -end.length) ?? '{';
    expect(raw.slice(0, before.length)).toBe(before);
  }
  expect(sent[0]).toContain(
    '"thinking":{"type":"adaptive","display":"summarized"},"output_config":{"effort":"high"}',
  );
});
