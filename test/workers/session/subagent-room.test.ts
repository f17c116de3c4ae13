import { expect, test } from 'vitest';
import type { Model, ModelPart, ModelRequest } from '#agent/model.ts';
import type { ServerEvent } from '#protocol/server-event.ts';
import { historyRecords } from '#session/history.ts';
import { eventsAfter } from '#session/replay.ts';
import { resumeTurns } from '#session/run-turns.ts';
import { calls, message, says, type ScriptedCall } from '#test/support/scripted-model.ts';
import { clientView, seenUpTo } from '../../support/workers/client-view.ts';
import {
  answer,
  call,
  outline,
  small,
  types,
  usage,
  withModel,
} from '../../support/workers/scripted-session.ts';

const PROMPT = 'look around';

const task = (background: boolean) =>
  [
    't',
    'Task',
    {
      description: 'Look',
      prompt: PROMPT,
      subagent_type: 'reviewer',
      ...(background && { run_in_background: true }),
    },
  ] as const;

const looks = (id: string, tokens = 10): ModelPart[] => [
  message([{ type: 'tool_use', id, name: 'Glob', input: { pattern: `${id}.md` } }], {
    model: small,
    usage: usage(tokens),
    cost: 0.5,
  }),
];

const tooLong: ModelPart[] = [{ type: 'failure', kind: 'context_full', text: 'API Error: 400 too long' }];
const tooLarge: ModelPart[] = [{ type: 'failure', kind: 'too_large', text: 'API Error: 413 too large' }];
const noCredit: ModelPart[] = [{ type: 'failure', kind: 'billing_error', text: 'API Error: 402 no credit' }];

/** A model for the agent and its one subagent, each with a script of its own. */
function twoScripts(agent: readonly ScriptedCall[], subagent: readonly ScriptedCall[]) {
  const requests = { agent: [] as ModelRequest[], subagent: [] as ModelRequest[] };
  const model: Model = {
    async *stream(request, signal) {
      const who = JSON.stringify(request.messages[0]).includes(PROMPT) ? 'subagent' : 'agent';
      const next = (who === 'agent' ? agent : subagent)[requests[who].length];
      if (next === undefined) throw new Error(`the script of the ${who} has no more calls`);
      requests[who].push(structuredClone(request));
      yield* typeof next === 'function' ? next(request, signal) : next;
    },
  };
  return { model, requests };
}

test('near the limit of its model a subagent goes on from a summary, its prompt and its last step; all is paid for', async () => {
  const steps = ['a', 'b', 'c', 'd', 'e'].map((id) => looks(id, id === 'e' ? 170_000 : 10));
  const { model, requests } = twoScripts(
    [calls(task(false)), says('It found it.')],
    [...steps, says('THE SUMMARY'), looks('f'), says('Found.')],
  );
  await withModel(model, async ({ session, say }) => {
    const events = await say('hello');
    expect(types(events).filter((type) => type.startsWith('compact'))).toEqual([]);
    expect(events.findLast(({ type }) => type === 'tool_result')).toMatchObject({ content: 'Found.' });
    expect(events.at(-1)).toMatchObject({ turn_cost_usd: 10 * 0.5, turn_count: 2, is_error: false });
    const told = session.entries.turn(1).flatMap((entry) => historyRecords(entry));
    expect(JSON.stringify(told)).not.toContain('THE SUMMARY');
    expect(eventsAfter(0, session)).toEqual(
      expect.arrayContaining(events.filter(({ type }) => type === 'tool_use')),
    );
  });
  const [, , , , , asked, f, last] = requests.subagent;
  expect(asked?.messages).toHaveLength(11);
  expect(outline(f?.messages ?? [])).toEqual([
    `user | SUMMARY | ${PROMPT}`,
    'assistant | tool_use',
    'user | tool_result',
  ]);
  expect(last?.messages.slice(0, 3)).toEqual(f?.messages);
});

// What weighs little may have many bytes
const light = Array.from({ length: 9 }, (_, index) => looks(`light${index}`));

test.each([
  { name: 'long', steps: [looks('a')], refusal: tooLong },
  { name: 'large', steps: [...light, looks('a')], refusal: tooLarge },
])('a call that is refused as too $name is made again with a summary in it', async ({ steps, refusal }) => {
  const { model, requests } = twoScripts(
    [calls(task(false)), says('Well.')],
    [...steps, refusal, says('THE SUMMARY'), says('Found.')],
  );
  await withModel(model, async ({ say }) => {
    const events = await say('hello');
    expect(events.findLast(({ type }) => type === 'tool_result')).toMatchObject({ content: 'Found.' });
  });
  const [asked, again] = requests.subagent.slice(-2);
  expect(JSON.stringify(asked?.messages)).toContain('No files found.');
  expect(outline(again?.messages ?? [])).toEqual([`user | SUMMARY | ${PROMPT}`]);
});

test.each([
  { name: 'there is no summary to be had', script: [looks('a'), tooLong, noCredit] },
  { name: 'its prompt alone is too long', script: [tooLong] },
  { name: 'it is too long even then', script: [looks('a'), tooLong, says('THE SUMMARY'), tooLong] },
])('the agent hears that it did not finish where $name', async ({ script }) => {
  const { model } = twoScripts([calls(task(false)), says('Well.')], script);
  await withModel(model, async ({ say }) => {
    const events = await say('hello');
    expect(events.findLast(({ type }) => type === 'tool_result')).toMatchObject({
      is_error: true,
      content: expect.stringContaining('The subagent did not finish. API Error: 400 too long'),
    });
    expect(events.at(-1)).toMatchObject({ type: 'done', is_error: false });
  });
});

test('after a crash a subagent goes on from its summary', async () => {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const first = twoScripts(
    [calls(task(false))],
    [
      looks('a', 170_000),
      says('THE SUMMARY'),
      looks('b'),
      async function* () {
        resolve();
        await new Promise(() => {});
        yield* says('never');
      },
    ],
  );
  const second = twoScripts([says('Well.')], [says('Found.')]);
  await withModel(first.model, async ({ say, reopen }) => {
    void say('hello');
    await asked;
    const back = reopen(second.model);
    await resumeTurns(back.session);
    expect(back.events.at(-1)).toMatchObject({ type: 'done', is_error: false });
  });
  expect(second.requests.subagent[0]).toEqual(first.requests.subagent[3]);
  expect(outline(second.requests.subagent[0]?.messages ?? [])[0]).toBe(`user | SUMMARY | ${PROMPT}`);
});

test('what a subagent does in the background while the agent is summarised is told behind the summary, and who comes back meanwhile misses nothing', async () => {
  const { promise: summarising, resolve: begin } = Promise.withResolvers<void>();
  const { promise: worked, resolve: goOn } = Promise.withResolvers<void>();
  const { model } = twoScripts(
    [
      calls(['big', 'Bash', { command: 'seq 1 9000' }], task(true)),
      call('b', 'echo near the limit', 170_000),
      async function* () {
        begin();
        await worked;
        yield* says('THE SUMMARY');
      },
      answer('done so far', 10),
      answer('all of it', 10),
    ],
    [
      async function* () {
        await summarising;
        yield* looks('a');
      },
      async function* () {
        goOn();
        yield* says('Found.');
      },
    ],
  );
  await withModel(model, async ({ session, say }) => {
    const meanwhile = worked.then(() => eventsAfter(0, session));
    const events = await say('hello');
    expect(types(await meanwhile).at(-1)).toBe('compact_started');
    const shown = types(events);
    const at = shown.indexOf('compact_started');
    expect(shown.slice(at)).toEqual([
      'compact_started',
      'compact_completed',
      'tool_use',
      'tool_result',
      'assistant_text',
      'assistant_text',
      'done',
    ]);
    for (const position of [0, ...events.flatMap(positionOf)]) {
      const pieces = [...seenUpTo(events, position), ...eventsAfter(position, session)];
      expect(clientView(pieces), `cut at ${position}`).toEqual(clientView(events));
    }
  });
});

const positionOf = (event: ServerEvent): number[] => ('event_id' in event ? [event.event_id ?? 0] : []);
