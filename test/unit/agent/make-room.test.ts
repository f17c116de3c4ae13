import { describe, expect, test } from 'vitest';
import { noHooks } from '#agent/hooks.ts';
import type { ModelPart } from '#agent/model.ts';
import { runTurn, type MakeRoom } from '#agent/run-turn.ts';
import type { Step } from '#agent/step.ts';
import { defineTool } from '#agent/tool.ts';
import { z } from 'zod';
import type { Message } from '#protocol/message.ts';
import {
  calls,
  message,
  says,
  scriptedModel,
  usage,
  type ScriptedCall,
} from '#test/support/scripted-model.ts';

const user = (text: string): Message => ({ role: 'user', content: [{ type: 'text', text }] });
const shorter = [user('SHORT')];
const tooLong: ModelPart[] = [{ type: 'failure', kind: 'context_full', text: 'too long' }];

const read = defineTool({
  name: 'Read',
  description: 'Read',
  effects: 'reads',
  input: z.object({}),
  run: async () => 'content',
});

function start(script: readonly ScriptedCall[], makeRoom: MakeRoom) {
  const model = scriptedModel(script);
  const saved: Step[] = [];
  const outcome = runTurn(
    {
      model,
      makeRoom,
      tools: [read],
      emit: () => {},
      save: (step) => void saved.push(step),
      clock: { now: () => 0 },
      signal: new AbortController().signal,
      onToolError: () => {},
      judge: () => ({ kind: 'allow' }),
      hooks: noHooks,
      begunCalls: new Set(),
      uniqueCallId: (id) => id,
    },
    { model: 'sonnet', system: 'be kind', messages: [user('long')], maxSteps: 5, replies: new Map() },
  );
  return { outcome, model, saved };
}

test('it is asked before each call, with what would be sent and what was counted last', async () => {
  const asked: unknown[] = [];
  const { outcome } = start([calls(['a', 'Read']), says('ok')], async ({ messages }, last, refused) => {
    asked.push([messages.length, last?.content, refused]);
    return undefined;
  });
  expect(await outcome).toMatchObject({ kind: 'finished' });
  expect(asked).toEqual([
    [1, undefined, undefined],
    [3, [{ type: 'tool_use', id: 'a', name: 'Read', input: {} }], undefined],
  ]);
});

test('what it gives is sent, and the turn goes on from there', async () => {
  const answers = [shorter, undefined];
  const { outcome, model } = start([calls(['a', 'Read']), says('ok')], async () => answers.shift());
  await outcome;
  expect(model.requests[0]?.messages).toEqual(shorter);
  expect(model.requests[1]?.messages).toMatchObject([...shorter, { role: 'assistant' }, { role: 'user' }]);
});

test.each(['context_full', 'too_large'] as const)(
  'a call that was refused (%s) is made once more with what it gives',
  async (kind) => {
    const script: ModelPart[][] = [[{ type: 'failure', kind, text: 'too much' }], says('ok')];
    const { outcome, model } = start(script, async (_request, _last, refused) =>
      refused === kind ? shorter : undefined,
    );
    expect(await outcome).toMatchObject({ kind: 'finished', totals: { steps: 1 } });
    expect(model.requests.map(({ messages }) => messages)).toEqual([[user('long')], shorter]);
  },
);

const shown: ModelPart[] = [{ type: 'text_delta', text: 'I was' }, ...tooLong];

test.each<{ name: string; script: ModelPart[][]; room: readonly Message[] | undefined }>([
  { name: 'when nothing can be left out', script: [tooLong], room: undefined },
  { name: 'when it is refused again', script: [tooLong, tooLong], room: shorter },
  { name: 'when some of the answer was shown', script: [shown], room: shorter },
  {
    name: 'for another reason',
    script: [[{ type: 'failure', kind: 'rate_limit', text: 'x' }]],
    room: shorter,
  },
])('the turn fails $name', async ({ script, room }) => {
  const { outcome, model } = start(script, async (_request, _last, refused) => (refused ? room : undefined));
  expect(await outcome).toMatchObject({ kind: 'failed' });
  expect(model.requests).toHaveLength(script.length);
});

describe('an answer without a word because the model is full', () => {
  const full = [message([], { stop: 'context_full' })];
  const spent = { usage, cost: 0.5 };
  const room: MakeRoom = async (_request, _last, refused) => (refused ? shorter : undefined);

  test('counts as refused, and is paid for beside the one that follows', async () => {
    const { outcome, saved } = start([full, says('ok')], room);
    expect(await outcome).toMatchObject({
      kind: 'finished',
      incomplete: false,
      totals: { steps: 1, cost: 1, usage: { input_tokens: 20 } },
    });
    expect(saved).toMatchObject([{ kind: 'assistant', usage, cost: 0.5, spent }]);
  });

  test.each([
    { name: 'once', script: [full], cost: 0.5, room: async () => undefined },
    { name: 'and again', script: [full, full], cost: 1, room },
    { name: 'and then another failure', script: [full, tooLong], cost: 0.5, room },
  ])('$name fails the turn, which tells what that cost', async ({ script, cost, ...rest }) => {
    const { outcome } = start(script, rest.room);
    expect(await outcome).toMatchObject({ kind: 'failed', reason: 'context_full', spent: { cost } });
  });
});
