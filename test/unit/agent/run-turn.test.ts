import { expect, test } from 'vitest';
import { z } from 'zod';
import type { AgentEvent } from '#agent/event.ts';
import { noHooks } from '#agent/hooks.ts';
import { runTurn, type TurnDeps } from '#agent/run-turn.ts';
import type { Step } from '#agent/step.ts';
import { defineTool, ToolFailure, ToolWaits, type Tool } from '#agent/tool.ts';
import { noUsage, type Message } from '#protocol/message.ts';
import type { Reply } from '#protocol/reply.ts';
import {
  calls,
  message,
  says,
  scriptedModel,
  usage,
  type ScriptedCall,
} from '#test/support/scripted-model.ts';

const hello: Message[] = [{ role: 'user', content: [{ type: 'text', text: 'hello' }] }];

const tool = (
  name: string,
  run: (signal: AbortSignal) => Promise<string>,
  effects: Tool['effects'] = 'reads',
) =>
  defineTool({
    name,
    description: name,
    effects,
    input: z.object({ path: z.string().optional() }),
    run: (_, { signal }) => run(signal),
  });

interface Setting {
  readonly messages?: readonly Message[];
  readonly replies?: ReadonlyMap<string, Reply>;
  readonly judge?: TurnDeps['judge'];
  readonly notes?: TurnDeps['notes'];
  readonly uniqueCallId?: TurnDeps['uniqueCallId'];
}

function start(
  script: readonly ScriptedCall[],
  tools: readonly Tool[] = [],
  {
    messages = hello,
    replies = new Map(),
    judge = () => ({ kind: 'allow' }),
    notes,
    uniqueCallId = (id) => id,
  }: Setting = {},
) {
  const events: AgentEvent[] = [];
  const steps: Step[] = [];
  const abort = new AbortController();
  const model = scriptedModel(script);
  let now = 0;
  const outcome = runTurn(
    {
      model,
      tools,
      emit: (event) => events.push(event),
      save: (step) => steps.push(step),
      clock: { now: () => (now += 100) },
      signal: abort.signal,
      onToolError: () => {},
      judge,
      hooks: noHooks,
      begunCalls: new Set(),
      uniqueCallId,
      ...(notes === undefined ? {} : { notes }),
    },
    { model: 'sonnet', system: 'be kind', messages, maxSteps: 5, replies },
  );
  return { outcome, events, steps, abort, model };
}

test('a plain answer: deltas, then the whole text, then a stored step', async () => {
  const { outcome, events, steps } = start([says('Good ', 'day')]);
  expect(await outcome).toEqual({
    kind: 'finished',
    incomplete: false,
    totals: { steps: 1, usage, cost: 0.5, apiMs: 100, contextWindow: undefined },
  });
  expect(events).toEqual([
    { type: 'text_delta', text: 'Good ' },
    { type: 'text_delta', text: 'day' },
    { type: 'assistant_text', text: 'Good day' },
  ]);
  expect(steps).toEqual([
    { kind: 'assistant', content: [{ type: 'text', text: 'Good day' }], model: 'scripted', usage, cost: 0.5 },
  ]);
});

test('thinking is shown before the text and goes back to the model unchanged', async () => {
  const thought = { type: 'thinking', thinking: 'hm', signature: 'sig' } as const;
  const read = tool('Read', async () => 'content');
  const { outcome, events, model } = start(
    [[thought, message([thought, { type: 'tool_use', id: 'a', name: 'Read', input: {} }])], says('done')],
    [read],
  );
  await outcome;
  expect(events[0]).toEqual({
    type: 'content_block',
    block: { type: 'ThinkingBlock', thinking: 'hm', signature: 'sig' },
  });
  expect(model.requests[1]?.messages[1]).toEqual({
    role: 'assistant',
    content: [thought, { type: 'tool_use', id: 'a', name: 'Read', input: {} }],
  });
});

test('calls that only read run at once; their results keep the order of the calls', async () => {
  const running: string[] = [];
  const { promise: bothStarted, resolve } = Promise.withResolvers<void>();
  const reader = (name: string) =>
    tool(name, async () => {
      running.push(name);
      if (running.length === 2) resolve();
      await bothStarted;
      return name;
    });
  const { outcome, events } = start(
    [calls(['1', 'Slow'], ['2', 'Fast']), says('ok')],
    [reader('Slow'), reader('Fast')],
  );
  await outcome;
  expect(events.filter(({ type }) => type === 'tool_result')).toEqual([
    { type: 'tool_result', tool_use_id: '1', content: 'Slow', is_error: false },
    { type: 'tool_result', tool_use_id: '2', content: 'Fast', is_error: false },
  ]);
});

test('a call that changes something waits for the one before it', async () => {
  const order: string[] = [];
  const write = tool(
    'Write',
    async () => {
      order.push('begin');
      await Promise.resolve();
      order.push('end');
      return 'written';
    },
    'workspace',
  );
  await start([calls(['1', 'Write'], ['2', 'Write']), says('ok')], [write]).outcome;
  expect(order).toEqual(['begin', 'end', 'begin', 'end']);
});

test.each([
  {
    name: 'a tool that fails on purpose',
    tools: [tool('Read', () => Promise.reject(new ToolFailure('No such file: a.txt')))],
    input: {},
    content: 'No such file: a.txt',
  },
  {
    name: 'a tool with a bug: nothing of the error gets out',
    tools: [tool('Read', () => Promise.reject(new Error('secret stack')))],
    input: {},
    content: 'Read failed for an internal reason. Trying the same call again will not help.',
  },
  {
    name: 'an unknown tool',
    tools: [tool('Write', async () => '')],
    input: {},
    content: 'There is no tool named Read. The tools are: Write.',
  },
  {
    name: 'input that does not fit',
    tools: [tool('Read', async () => '')],
    input: { path: 7 },
    content:
      'The input of Read does not fit its schema:\n✖ Invalid input: expected string, received number\n  → at path',
  },
])('$name becomes a result, and the turn goes on', async ({ tools, input, content }) => {
  const { outcome, steps } = start([calls(['1', 'Read', input]), says('I see')], tools);
  expect((await outcome).kind).toBe('finished');
  expect(steps[1]).toEqual({
    kind: 'tool_results',
    results: [{ type: 'tool_result', tool_use_id: '1', content, is_error: true }],
  });
});

test('a call whose input broke off does not run, even if the rest of it fits', async () => {
  const ran: string[] = [];
  const read = async () => {
    ran.push('Read');
    return 'content';
  };
  const cut = message([{ type: 'tool_use', id: '1', name: 'Read', input: {} }], {
    stop: 'max_tokens',
    incompleteCalls: ['1'],
  });
  const { outcome, steps } = start([[cut], says('smaller')], [tool('Read', read)]);
  await outcome;
  expect(ran).toEqual([]);
  expect(steps[1]).toMatchObject({
    results: [
      {
        content: 'The input of this call was cut off, so it did not run. Make it again, in smaller parts.',
        is_error: true,
      },
    ],
  });
});

test('two calls with one id: each gets an id, and none runs whose input may have broken off', async () => {
  const numbers = new Map<string, number>();
  const uniqueCallId = (id: string) => {
    const number = (numbers.get(id) ?? 0) + 1;
    numbers.set(id, number);
    return number === 1 ? id : `${id}_${number}`;
  };
  const read = { type: 'tool_use', id: '0', name: 'Read', input: {} } as const;
  const cut = message([read, read], { stop: 'max_tokens', incompleteCalls: ['0'] });
  const { outcome, events, steps } = start(
    [[cut], calls(['0', 'Read']), says('ok')],
    [tool('Read', async () => 'content')],
    { uniqueCallId },
  );
  expect((await outcome).kind).toBe('finished');
  const cutOff = 'The input of this call was cut off, so it did not run. Make it again, in smaller parts.';
  expect(steps.flatMap((step) => (step.kind === 'tool_results' ? step.results : []))).toEqual([
    { type: 'tool_result', tool_use_id: '0', content: cutOff, is_error: true },
    { type: 'tool_result', tool_use_id: '0_2', content: cutOff, is_error: true },
    { type: 'tool_result', tool_use_id: '0_3', content: 'content', is_error: false },
  ]);
  expect(events.flatMap((event) => (event.type === 'tool_use' ? [event.id] : []))).toEqual([
    '0',
    '0_2',
    '0_3',
  ]);
});

test('the step limit ends the turn with words for the user', async () => {
  const again = calls(['1', 'Read']);
  const { outcome, model } = start(
    Array.from({ length: 9 }, () => again),
    [tool('Read', async () => 'x')],
  );
  expect(await outcome).toMatchObject({
    kind: 'failed',
    reason: 'step_limit',
    text: 'I stopped after 5 steps, the most that one turn may take. Send "continue" to go on.',
  });
  expect(model.requests).toHaveLength(5);
});

test('cancelling in mid-text keeps what was shown', async () => {
  const { outcome, events, steps, abort } = start([
    async function* (_, signal) {
      yield { type: 'text_delta', text: 'Once upon' };
      abort.abort();
      await new Promise((_resolve, reject) => {
        if (signal.aborted) reject(new Error('aborted'));
      });
    },
  ]);
  expect((await outcome).kind).toBe('cancelled');
  expect(events).toEqual([{ type: 'text_delta', text: 'Once upon' }]);
  expect(steps).toMatchObject([
    { kind: 'assistant', cancelled: true, content: [{ type: 'text', text: 'Once upon' }] },
  ]);
});

test('cancelling ends a tool that does not listen, and calls that have not begun', async () => {
  const hanging = tool('Bash', () => new Promise<string>(() => {}), 'workspace');
  const { outcome, events, steps, abort } = start([calls(['1', 'Bash'], ['2', 'Bash'])], [hanging]);
  setTimeout(() => abort.abort(), 5);
  expect((await outcome).kind).toBe('cancelled');
  const interrupted = { content: '[Request interrupted by user]', is_error: true };
  expect(events.filter(({ type }) => type === 'tool_result')).toEqual([
    { type: 'tool_result', tool_use_id: '1', ...interrupted },
    { type: 'tool_result', tool_use_id: '2', ...interrupted },
  ]);
  expect(steps.slice(1)).toMatchObject([
    { kind: 'tool_results', results: [interrupted] },
    { kind: 'tool_results', results: [interrupted] },
  ]);
});

test('what the model cannot be reached for is told, with what was shown before', async () => {
  const { outcome, steps } = start([
    [
      { type: 'text_delta', text: 'Well, ' },
      { type: 'failure', kind: 'server_error', text: 'API Error: 529 The model is overloaded.' },
    ],
  ]);
  expect(await outcome).toMatchObject({
    kind: 'failed',
    reason: 'server_error',
    shown: 'Well, ',
    text: 'API Error: 529 The model is overloaded.',
  });
  expect(steps).toEqual([]);
});

test.each([
  {
    stop: 'max_tokens',
    notice: 'The answer reached the longest length the model may write. Send "continue" for the rest.',
  },
  {
    stop: 'refusal',
    notice: 'The model declined to go on with this. Rephrase the request, or start a new conversation.',
  },
  {
    stop: 'context_full',
    notice:
      'The answer reached the end of what the model can hold. Send "continue" for the rest: the older part of the conversation is summarised first.',
  },
] as const)('a stop by $stop is said as part of the answer', async ({ stop, notice }) => {
  const { outcome, events } = start([
    [{ type: 'text_delta', text: 'A' }, message([{ type: 'text', text: 'A' }], { stop })],
  ]);
  expect(await outcome).toMatchObject({ kind: 'finished', incomplete: true });
  expect(events).toEqual([
    { type: 'text_delta', text: 'A' },
    { type: 'text_delta', text: `\n\n${notice}` },
    { type: 'assistant_text', text: `A\n\n${notice}` },
  ]);
});

test('text that differs from what its deltas showed is stored with both', async () => {
  const { outcome, steps } = start([
    [{ type: 'text_delta', text: 'The ans' }, message([{ type: 'text', text: 'Another answer' }])],
  ]);
  await outcome;
  expect(steps[0]).toMatchObject({ shown: 'The ans', content: [{ type: 'text', text: 'Another answer' }] });
});

test('a turn that was interrupted after its calls were stored goes on with their results', async () => {
  const stored: Message[] = [
    ...hello,
    { role: 'assistant', content: [{ type: 'tool_use', id: '1', name: 'Read', input: {} }] },
  ];
  const { outcome, model, steps } = start([says('done')], [tool('Read', async () => 'content')], {
    messages: stored,
  });
  expect((await outcome).kind).toBe('finished');
  expect(steps.map(({ kind }) => kind)).toEqual(['tool_results', 'assistant']);
  expect(model.requests).toHaveLength(1);
});

test('a turn whose answer was stored already asks nothing again', async () => {
  const stored: Message[] = [...hello, { role: 'assistant', content: [{ type: 'text', text: 'hi' }] }];
  const { outcome, model } = start([], [], { messages: stored });
  expect((await outcome).kind).toBe('finished');
  expect(model.requests).toEqual([]);
});

test('usage and cost add up over the steps of a turn', async () => {
  const { outcome } = start([calls(['1', 'Read']), says('x')], [tool('Read', async () => 'y')]);
  expect((await outcome).totals).toEqual({
    steps: 2,
    usage: { ...usage, input_tokens: 20, output_tokens: 10 },
    cost: 1,
    apiMs: 200,
    contextWindow: undefined,
  });
});

const asking = defineTool({
  name: 'Ask',
  description: 'Ask',
  effects: 'reads',
  waits: true,
  input: z.object({}),
  run: async (_, { reply }) => `told ${reply?.kind}`,
});

test('a call that waits ends the run; calls before it and calls that only read have run', async () => {
  const tools = [asking, tool('Read', async () => 'r'), tool('Write', async () => 'w', 'workspace')];
  const script = [calls(['1', 'Write'], ['2', 'Ask'], ['3', 'Write'], ['4', 'Read'])];
  const { outcome, steps } = start(script, tools);
  expect(await outcome).toMatchObject({ kind: 'waiting', calls: [{ call: { id: '2' }, needs: 'answer' }] });
  expect(steps.slice(1)).toMatchObject([
    { results: [{ tool_use_id: '1' }] },
    { results: [{ tool_use_id: '4' }] },
  ]);
});

test('with the reply the turn goes on: the open calls run, and the model sees all results in one message', async () => {
  const tools = [asking, tool('Write', async () => 'w', 'workspace')];
  const messages: Message[] = [
    ...hello,
    {
      role: 'assistant',
      content: ['1', '2', '3'].map((id) => ({
        type: 'tool_use',
        id,
        name: id === '2' ? 'Ask' : 'Write',
        input: {},
      })),
    },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: '1', content: 'w', is_error: false }] },
  ];
  const replies = new Map<string, Reply>([['2', { kind: 'answers', answers: {} }]]);
  const { outcome, model } = start([says('thanks')], tools, { messages, replies });
  expect((await outcome).kind).toBe('finished');
  expect(model.requests[0]?.messages.at(-1)).toEqual({
    role: 'user',
    content: [
      { type: 'tool_result', tool_use_id: '1', content: 'w', is_error: false },
      { type: 'tool_result', tool_use_id: '2', content: 'told answers', is_error: false },
      { type: 'tool_result', tool_use_id: '3', content: 'w', is_error: false },
    ],
  });
});

test.each([
  { name: 'no reply yet: it waits', reply: undefined, kind: 'waiting', ran: 0, content: undefined },
  {
    name: 'allowed: it runs',
    reply: { kind: 'decision', approved: true, feedback: '' } as const,
    kind: 'finished',
    ran: 1,
    content: 'done',
  },
  {
    name: 'refused, with words: it does not run',
    reply: { kind: 'decision', approved: false, feedback: 'not there' } as const,
    kind: 'finished',
    ran: 0,
    content: 'The user did not allow this call of Write. They say: not there',
  },
  {
    name: 'nobody answered: it does not run',
    reply: { kind: 'no_answer', seconds: 60 } as const,
    kind: 'finished',
    ran: 0,
    content: 'Nobody consented to Write within 60 seconds, so it did not run.',
  },
])('a call that needs consent - $name', async ({ reply, kind, ran, content }) => {
  let runs = 0;
  const write = tool(
    'Write',
    async () => {
      runs += 1;
      return 'done';
    },
    'workspace',
  );
  const { outcome, steps } = start([calls(['1', 'Write']), says('ok')], [write], {
    judge: () => ({ kind: 'ask' }),
    replies: new Map(reply === undefined ? [] : [['1', reply]]),
  });
  expect([(await outcome).kind, runs]).toEqual([kind, ran]);
  if (content !== undefined) expect(steps[1]).toMatchObject({ results: [{ content }] });
});

test('a call that a rule forbids is refused with its reason, and the turn goes on', async () => {
  const { outcome, steps } = start([calls(['1', 'Write']), says('ok')], [tool('Write', async () => '')], {
    judge: () => ({ kind: 'deny', reason: 'Because.' }),
  });
  expect((await outcome).kind).toBe('finished');
  expect(steps[1]).toMatchObject({
    results: [{ content: 'Write was not allowed. Because.', is_error: true }],
  });
});

test('what a call costs is stored with its result, also if it fails after that', async () => {
  const searched = { ...noUsage, server_tool_use: { web_search_requests: 1, web_fetch_requests: 0 } };
  const spender = defineTool({
    name: 'Search',
    description: 'Search',
    effects: 'reads',
    input: z.object({}),
    run: async (_, { spend }) => {
      spend?.({ usage: searched, cost: 0.01 });
      spend?.({ usage: searched, cost: 0.02 });
      throw new ToolFailure('Nothing was found.');
    },
  });
  const { outcome, steps } = start([calls(['a', 'Search']), says('Pity.')], [spender]);
  await outcome;
  expect(steps[1]).toEqual({
    kind: 'tool_results',
    results: [{ type: 'tool_result', tool_use_id: 'a', content: 'Nothing was found.', is_error: true }],
    spent: {
      usage: { ...noUsage, server_tool_use: { web_search_requests: 2, web_fetch_requests: 0 } },
      cost: 0.03,
    },
  });
});

test('notes are stored and stand behind the results; one that comes at the end lets the turn go on', async () => {
  const asked: string[] = [];
  const notes: NonNullable<TurnDeps['notes']> = async (before) => {
    asked.push(before);
    const text = { 2: 'half way', 3: 'it has ended' }[asked.length];
    return text === undefined ? [] : [{ kind: 'note', text }];
  };
  const script = [calls(['1', 'Read']), says('first'), says('second')];
  const { outcome, steps, model } = start(script, [tool('Read', async () => 'r')], { notes });
  expect((await outcome).kind).toBe('finished');
  expect(asked).toEqual(['step', 'step', 'end', 'step', 'end']);
  expect(steps.map((step) => (step.kind === 'note' ? step.text : step.kind))).toEqual([
    'assistant',
    'tool_results',
    'half way',
    'assistant',
    'it has ended',
    'assistant',
  ]);
  expect(model.requests.slice(1).map(({ messages }) => messages.at(-1)?.content)).toEqual([
    [
      { type: 'tool_result', tool_use_id: '1', content: 'r', is_error: false },
      { type: 'text', text: 'half way' },
    ],
    [{ type: 'text', text: 'it has ended' }],
  ]);
});

test('a turn that is stored up to a note goes on with it', async () => {
  const messages: Message[] = [
    ...hello,
    { role: 'assistant', content: [{ type: 'text', text: 'first' }] },
    { role: 'user', content: [{ type: 'text', text: 'it has ended' }] },
  ];
  const { outcome, model } = start([says('second')], [], { messages });
  expect((await outcome).kind).toBe('finished');
  expect(model.requests[0]?.messages).toEqual(messages);
});

test('while a call waits for a person, what runs beside the turn is waited for first', async () => {
  const asked: string[] = [];
  const { outcome } = start([calls(['1', 'Ask'])], [asking], {
    notes: async (before) => {
      asked.push(before);
      return [];
    },
  });
  expect((await outcome).kind).toBe('waiting');
  expect(asked).toEqual(['step', 'park']);
});

test('a call that waits for a person inside it has no result; what reads beside it has', async () => {
  const inner = { call: { type: 'tool_use', id: 'i', name: 'Write', input: {} }, needs: 'consent' } as const;
  const tools = [
    tool('Hand', () => Promise.reject(new ToolWaits([inner]))),
    tool('Read', async () => 'r'),
    tool('Write', async () => 'w', 'workspace'),
  ];
  const { outcome, steps } = start([calls(['1', 'Hand'], ['2', 'Read'], ['3', 'Write'])], tools);
  expect(await outcome).toMatchObject({ kind: 'waiting', calls: [inner] });
  expect(steps.slice(1)).toMatchObject([{ kind: 'tool_results', results: [{ tool_use_id: '2' }] }]);
});
