import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ModelPart } from '#agent/model.ts';
import type { AssistantBlock, Message } from '#protocol/message.ts';
import { startDemoModel, type DemoModel } from '../../../scripts/demo-model.ts';
import { ask, collect, modelAt, never, user } from './harness.ts';

let demo: DemoModel;
beforeAll(async () => {
  demo = await startDemoModel({ port: 0, speed: 50 });
});
afterAll(() => demo.close());

const tools = ['Read', 'Write', 'Edit', 'Glob', 'Grep', 'Bash'].map((name) => ({
  name,
  description: name,
  input_schema: { type: 'object' },
}));

/** Talks as the agent does: each call is answered, until a message asks for nothing. */
async function turn(history: Message[], text: string) {
  const { model, waits } = modelAt(demo.url);
  const messages: Message[] = [...history, user(text)];
  const calls: { name: string; input: unknown }[] = [];
  const ids: string[] = [];
  const parts: ModelPart[] = [];
  for (let steps = 1; ; steps += 1) {
    if (steps > 10) throw new Error('the demo model does not come to an end');
    const answer = await collect(model.stream(ask('', { tools, messages: [...messages] }), never()));
    parts.push(...answer.parts);
    if (answer.last?.type !== 'message') throw new Error(`no message: ${JSON.stringify(answer.last)}`);
    const content: AssistantBlock[] = [...answer.last.content];
    messages.push({ role: 'assistant', content });
    const asked = content.flatMap((block) => (block.type === 'tool_use' ? [block] : []));
    if (answer.last.stop !== 'tool_use') {
      expect({ asked, waits, model: answer.last.model, cost: answer.last.cost }).toEqual({
        asked: [],
        waits: [],
        model: 'demo-model',
        cost: 0,
      });
      return { messages, calls, ids, parts, text: answer.text, steps };
    }
    calls.push(...asked.map(({ name, input }) => ({ name, input })));
    ids.push(...asked.map(({ id }) => id));
    messages.push({
      role: 'user',
      content: asked.map(({ id }) => ({ type: 'tool_result', tool_use_id: id, content: 'done' })),
    });
  }
}

describe('the demo model', () => {
  test('greets', async () => {
    const { text, parts, steps } = await turn([], 'Hello there!');
    expect(text).toMatch(/^Hello! Nice to meet you\. I am the demo model/);
    expect(steps).toBe(1);
    expect(parts.filter(({ type }) => type === 'text_delta').length).toBeGreaterThan(5);
  });

  test('says plainly what it is, and what to set', async () => {
    const { text } = await turn([], 'What is the capital of Peru?');
    for (const word of [
      'demo model',
      'ANTHROPIC_API_KEY',
      'PROXY_BASE_URL',
      'ZAI_API_KEY',
      'MINIMAX_API_KEY',
    ]) {
      expect(text).toContain(word);
    }
  });

  const fileCalls = [
    {
      name: 'Write',
      input: { file_path: '/workspace/output/hello.md', content: expect.stringContaining('# Hello') },
    },
    { name: 'Read', input: { file_path: '/workspace/output/hello.md' } },
    { name: 'Bash', input: { command: 'ls -la /workspace/output', description: expect.any(String) } },
  ];

  test('writes a file in three steps, thinks aloud, and comes to an end', async () => {
    const { calls, steps, parts, text } = await turn([], 'Please write a file.');
    expect(calls).toEqual(fileCalls);
    expect(steps).toBe(3);
    expect(parts[0]).toMatchObject({ type: 'thinking' });
    expect(text).toContain('output/hello.md');
  });

  test('does the same again in every turn of a conversation, with new ids', async () => {
    let history: Message[] = [];
    const ids: string[] = [];
    for (let index = 0; index < 4; index += 1) {
      const done = await turn(history, 'write a file');
      expect(done.calls).toEqual(fileCalls);
      const between = await turn(done.messages, 'hi');
      expect(between.text).toMatch(/^Hello!/);
      history = between.messages;
      ids.push(...done.ids);
    }
    expect(new Set(ids).size).toBe(12);
  });

  test.each([
    { text: 'run `echo "a $1" && ls`', command: 'echo "a $1" && ls' },
    { text: 'Run something, please', command: expect.stringContaining('ls -la') },
  ])('$text runs a command', async ({ text, command }) => {
    const { calls, steps } = await turn([], text);
    expect({ calls, steps }).toEqual({
      calls: [{ name: 'Bash', input: { command, description: expect.any(String) } }],
      steps: 2,
    });
  });

  test('writes a long answer with every kind of Markdown', async () => {
    const { text } = await turn([], 'Give me a long answer');
    expect(text.length).toBeGreaterThan(1500);
    for (const mark of [/^# /m, /^## /m, /^\d\. /m, /^ {3}- /m, /^\|.*\|$/m, /^```ts$/m, /^> /m, /^---$/m]) {
      expect(text).toMatch(mark);
    }
  });

  test('does not call a tool that it was not given', async () => {
    const { model } = modelAt(demo.url);
    const { last, text } = await collect(model.stream(ask('write a file'), never()));
    expect(last).toMatchObject({ type: 'message', stop: 'end_turn' });
    expect(text).toContain('This is the **demo model**');
  });
});
