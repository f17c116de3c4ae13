import { expect, test } from 'vitest';
import { z } from 'zod';
import { noHooks, type ToolHooks } from '#agent/hooks.ts';
import { resultText, runToolCalls } from '#agent/run-tool-calls.ts';
import type { ToolCallDeps } from '#agent/tool-call.ts';
import { defineTool, ToolFailure, ToolWaits, type Tool } from '#agent/tool.ts';
import { noObjection, type HookAnswer } from '#protocol/hook.ts';
import type { ToolResultBlock, ToolUseBlock } from '#protocol/message.ts';

interface Ran {
  readonly name: string;
  readonly input: unknown;
}

/** Tools that tell what ran with what: `Send` is outward, `Read` reads. */
function tools(
  ran: Ran[],
  act: (signal: AbortSignal) => Promise<string> = async () => 'done',
  deadlineMs = 1_000,
): Tool[] {
  return (['outward', 'reads', 'workspace'] as const).map((effects) => {
    const name = { outward: 'Send', reads: 'Read', workspace: 'Write' }[effects];
    return defineTool({
      name,
      description: name,
      effects,
      deadlineMs,
      input: z.object({ to: z.string() }),
      run: async (input, { signal }) => {
        ran.push({ name, input });
        return act(signal);
      },
    });
  });
}

const use = (id: string, name: string, input: Record<string, unknown> = { to: 'a' }): ToolUseBlock => ({
  type: 'tool_use',
  id,
  name,
  input,
});

async function run(
  calls: readonly ToolUseBlock[],
  setting: Partial<ToolCallDeps> & {
    act?: (signal: AbortSignal) => Promise<string>;
    deadlineMs?: number;
  } = {},
) {
  const ran: Ran[] = [];
  const results: ToolResultBlock[] = [];
  const errors: string[] = [];
  const { act, deadlineMs, ...deps } = setting;
  const waiting = await runToolCalls(calls, {
    tools: tools(ran, act, deadlineMs),
    onResult: (result) => results.push(result),
    signal: new AbortController().signal,
    incompleteCalls: [],
    replies: new Map(),
    judge: () => ({ kind: 'allow' }),
    hooks: noHooks,
    begunCalls: new Set(),
    onSpent: () => {},
    onToolError: (name) => errors.push(name),
    ...deps,
  });
  return { ran, results, waiting, errors };
}

const UNKNOWN_END =
  'This call of Send had begun when it was interrupted, and whether it took effect is not known. It was not made again. Before you repeat it, find out whether it took effect: look with a tool that only reads, or ask the user to look.';

test('an outward call is remembered before it runs', async () => {
  const begunCalls = new Set<string>();
  const seen: boolean[] = [];
  const { results } = await run([use('1', 'Send')], {
    begunCalls,
    act: async () => {
      seen.push(begunCalls.has('1'));
      return 'sent';
    },
  });
  expect(seen).toEqual([true]);
  expect(results).toMatchObject([{ content: 'sent', is_error: false }]);
});

test('one that had begun before a crash is not made again; calls that only read or write in the workspace are', async () => {
  const begunCalls = new Set(['1']);
  const { ran, results } = await run([use('1', 'Send'), use('2', 'Read'), use('3', 'Write')], { begunCalls });
  expect(ran.map(({ name }) => name)).toEqual(['Read', 'Write']);
  expect(results[0]).toEqual({ type: 'tool_result', tool_use_id: '1', content: UNKNOWN_END, is_error: true });
});

test('one that had begun waits for no consent and asks no hook', async () => {
  const asked: string[] = [];
  const { waiting, results } = await run([use('1', 'Send')], {
    begunCalls: new Set(['1']),
    judge: () => ({ kind: 'ask' }),
    hooks: hooks({ asked }),
  });
  expect([waiting, asked, results.length]).toEqual([[], [], 1]);
});

const never = () => new Promise<string>(() => {});

test.each([
  { name: 'cancelled', tool: 'Send', cancel: true, content: `[Request interrupted by user]\n${UNKNOWN_END}` },
  { name: 'cancelled, reading', tool: 'Read', cancel: true, content: '[Request interrupted by user]' },
  {
    name: 'too slow',
    tool: 'Send',
    cancel: false,
    content: `Send did not finish in time and was stopped.\n${UNKNOWN_END}`,
  },
  {
    name: 'too slow, reading',
    tool: 'Read',
    cancel: false,
    content: 'Read did not finish in time and was stopped.',
  },
])('a call that never returns is stopped: $name', async ({ tool, cancel, content }) => {
  const abort = new AbortController();
  if (cancel) setTimeout(() => abort.abort(), 10);
  const { results } = await run([use('1', tool)], {
    act: never,
    deadlineMs: cancel ? 5_000 : 20,
    signal: abort.signal,
  });
  expect(results).toEqual([{ type: 'tool_result', tool_use_id: '1', content, is_error: true }]);
});

test('a cancelled call of which the tool says at once that nothing was done has not begun', async () => {
  const abort = new AbortController();
  const act = async (signal: AbortSignal): Promise<string> => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    throw new ToolFailure('It was given up before it was sent.');
  };
  setTimeout(() => abort.abort(), 10);
  const { results } = await run([use('1', 'Send')], { act, deadlineMs: 5_000, signal: abort.signal });
  const content = '[Request interrupted by user]';
  expect(results).toEqual([{ type: 'tool_result', tool_use_id: '1', content, is_error: true }]);
});

test.each([
  { tool: 'Send', content: `No answer came.\n${UNKNOWN_END}` },
  { tool: 'Read', content: 'No answer came.' },
])(
  'a failure after which nobody knows more is told as such, if it matters: $tool',
  async ({ tool, content }) => {
    const { results } = await run([use('1', tool)], {
      act: () => Promise.reject(new ToolFailure('No answer came.', { endUnknown: true })),
    });
    expect(results).toEqual([{ type: 'tool_result', tool_use_id: '1', content, is_error: true }]);
  },
);

test('a bug in an outward tool: its end is as unknown as that of a crash', async () => {
  const { results, errors } = await run([use('1', 'Send')], { act: () => Promise.reject(new Error('bug')) });
  expect(results).toMatchObject([{ content: `Send failed for an internal reason.\n${UNKNOWN_END}` }]);
  expect(errors).toEqual(['Send']);
});

test('an outward call that asks a person inside has not begun: with the answer it is made', async () => {
  const begunCalls = new Set<string>();
  const inner = use('inner', 'Read');
  const { waiting } = await run([use('1', 'Send')], {
    begunCalls,
    act: () => Promise.reject(new ToolWaits([{ call: inner, needs: 'answer' }])),
  });
  expect(waiting).toEqual([{ call: inner, needs: 'answer' }]);
  expect(begunCalls).toEqual(new Set());
});

/** Hooks that note what they are asked. */
function hooks({
  asked = [],
  before = noObjection,
  after = '',
}: {
  asked?: string[];
  before?: HookAnswer;
  after?: string;
}): ToolHooks {
  return {
    beforeCall: async ({ id }) => {
      asked.push(`before ${id}`);
      return before;
    },
    afterCall: async ({ id, input }, { content, is_error }) => {
      asked.push(`after ${id} ${JSON.stringify(input)} ${JSON.stringify(content)} ${is_error}`);
      return after;
    },
  };
}

test('hooks are asked before and after a call that runs', async () => {
  const asked: string[] = [];
  await run([use('1', 'Read')], { hooks: hooks({ asked }) });
  expect(asked).toEqual(['before 1', 'after 1 {"to":"a"} "done" false']);
});

test.each([
  {
    name: 'a refusal, with its reason',
    before: { ...noObjection, decision: 'deny' as const, reason: 'Not on a Sunday.' },
    result: { content: 'Hook PreToolUse:Write denied this tool. Not on a Sunday.', is_error: true },
    ran: [],
  },
  {
    name: 'another input',
    before: { ...noObjection, updated_input: { to: 'b' } },
    result: {
      content: 'done\n\n[Added by a hook of this agent]\nThe input of this call was changed before it ran.',
      is_error: false,
    },
    ran: [{ name: 'Write', input: { to: 'b' } }],
  },
  {
    name: 'an input that does not fit',
    before: { ...noObjection, updated_input: {} },
    result: {
      content:
        'The input of Write, as a hook of this agent changed it, does not fit its schema:\n✖ Invalid input: expected string, received undefined\n  → at to',
      is_error: true,
    },
    ran: [],
  },
  {
    name: 'something to add',
    before: { ...noObjection, additional_context: 'It is late.' },
    result: { content: 'done\n\n[Added by a hook of this agent]\nIt is late.', is_error: false },
    ran: [{ name: 'Write', input: { to: 'a' } }],
  },
])('a hook before a call can give $name', async ({ before, result, ran }) => {
  const outcome = await run([use('1', 'Write')], { hooks: hooks({ before }) });
  expect(outcome.results).toEqual([{ type: 'tool_result', tool_use_id: '1', ...result }]);
  expect(outcome.ran).toEqual(ran);
});

test('a hook that asks makes the call wait, with the input that it would run with', async () => {
  const before = { ...noObjection, decision: 'ask' as const, updated_input: { to: 'b' } };
  const { waiting, ran } = await run([use('1', 'Write')], { hooks: hooks({ before }) });
  expect(waiting).toEqual([{ call: use('1', 'Write', { to: 'b' }), needs: 'consent' }]);
  expect(ran).toEqual([]);
  const replies = new Map([['1', { kind: 'decision', approved: true, feedback: '' } as const]]);
  expect((await run([use('1', 'Write')], { hooks: hooks({ before }), replies })).ran).toEqual([
    { name: 'Write', input: { to: 'b' } },
  ]);
});

test('a hook cannot allow what a rule forbids or asks about, nor with another input', async () => {
  const allow = hooks({ before: { ...noObjection, updated_input: { to: 'secret' } } });
  const judge: ToolCallDeps['judge'] = ({ input }) =>
    input['to'] === 'secret' ? { kind: 'deny', reason: 'Secret.' } : { kind: 'allow' };
  const { results } = await run([use('1', 'Write')], { hooks: allow, judge });
  expect(results).toMatchObject([{ content: 'Write was not allowed. Secret.', is_error: true }]);
  const { waiting } = await run([use('1', 'Write')], { hooks: hooks({}), judge: () => ({ kind: 'ask' }) });
  expect(waiting).toHaveLength(1);
});

test('what a hook says after a call stands behind its result, also behind a failure', async () => {
  const { results } = await run([use('1', 'Read')], {
    hooks: hooks({ after: 'Look twice.' }),
    act: () => Promise.reject(new ToolFailure('No such file.')),
  });
  expect(results).toMatchObject([
    { content: 'No such file.\n\n[Added by a hook of this agent]\nLook twice.', is_error: true },
  ]);
});

const long = 'x'.repeat(1_000_000);

test.each([
  {
    name: 'an unknown tool',
    call: use('1', 'Raed'),
    content: /^There is no tool named Raed\. Did you mean Read\? The tools are: Send, Read, Write\.$/,
  },
  {
    name: 'another case',
    call: use('1', 'read'),
    content: /^There is no tool named read\. Did you mean Read\?/,
  },
  {
    name: 'a tool that resembles none',
    call: use('1', 'Teleport'),
    content: /^There is no tool named Teleport\. The tools are/,
  },
  { name: 'a name of a megabyte', call: use('1', long), content: /^There is no tool named x{100}\n/ },
  {
    name: 'no input',
    call: use('1', 'Read', {}),
    content: /^The input of Read does not fit its schema:\n.*received undefined/,
  },
  {
    name: 'a wrong type',
    call: use('1', 'Read', { to: [long] }),
    content: /^The input of Read does not fit its schema:\n.*expected string, received array/,
  },
])(
  '$name: no call runs, hooks are not asked, and the result says what is wrong in a few lines',
  async ({ call, content }) => {
    const asked: string[] = [];
    const { results, ran } = await run([call], { hooks: hooks({ asked }) });
    expect([ran, asked]).toEqual([[], []]);
    expect(results).toMatchObject([{ is_error: true, content: expect.stringMatching(content) }]);
    expect(results.map(resultText).join('').length).toBeLessThan(2_200);
  },
);

test('an input of a megabyte reaches the tool, and a result of a megabyte is cut', async () => {
  const { ran, results } = await run([use('1', 'Read', { to: long })], { act: async () => long });
  expect(ran).toEqual([{ name: 'Read', input: { to: long } }]);
  expect(results.map(resultText).join('')).toHaveLength(
    100_000 + '\n[cut: the result has 1000000 characters in all]'.length,
  );
});

test('four calls that only read run at the same time, and each has its whole time', async () => {
  let running = 0;
  let most = 0;
  const act = async () => {
    most = Math.max(most, (running += 1));
    await new Promise((resolve) => setTimeout(resolve, 100));
    running -= 1;
    return 'done';
  };
  const calls = Array.from({ length: 10 }, (_, index) => use(`${index}`, 'Read'));
  const { results } = await run(calls, { act, deadlineMs: 250 });
  expect(most).toBe(4);
  expect(results.map(({ tool_use_id, is_error }) => [tool_use_id, is_error])).toEqual(
    calls.map(({ id }) => [id, false]),
  );
});
