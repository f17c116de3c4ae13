import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import type { Model, ModelPart, ModelRequest } from '#agent/model.ts';
import { createModel } from '#model/create-model.ts';
import { liveModelDeps } from '#model/model-deps.ts';
import { Settings } from '#protocol/settings.ts';
import { readRow } from '#session/session.ts';
import { resumeTurns } from '#session/run-turns.ts';
import { calls, message, says, scriptedModel, type ScriptedCall } from '#test/support/scripted-model.ts';
import {
  answer,
  call,
  converse,
  outline,
  small,
  types,
  usage,
  withModel,
} from '../../support/workers/scripted-session.ts';

const tooLong: ModelPart[] = [{ type: 'failure', kind: 'context_full', text: 'API Error: 400 too long' }];
const noCredit: ModelPart[] = [{ type: 'failure', kind: 'billing_error', text: 'API Error: 402 no credit' }];

const expectGrowth = (shorter: ModelRequest | undefined, longer: ModelRequest | undefined) => {
  expect(longer?.system).toBe(shorter?.system);
  expect(longer?.tools).toEqual(shorter?.tools);
  const [before, after] = [shorter, longer].map((request) => JSON.stringify(request?.messages).slice(0, -2));
  expect(after?.startsWith(before ?? '?')).toBe(true);
};

test('near the limit a turn begins with a summary, its prompt stays as it is, and the prefix is stable again', async () => {
  const requests = await converse(
    [
      answer('one', 100),
      answer('two', 170_000),
      says('THE SUMMARY'),
      answer('three', 3_000),
      answer('four', 3_000),
    ],
    async (session, say) => {
      await say('first');
      await say('second');
      expect(types(await say('third'))).toEqual([
        'session_id',
        'user_message',
        'compact_started',
        'compact_completed',
        'assistant_text',
        'done',
      ]);
      await say('fourth');
      expect(readRow(session.sql)).toMatchObject({ turn_count: 4, attempts: 0 });
    },
  );
  const [, second, asked, third, fourth] = requests;
  // What the provider has cached of the conversation is used for its summary
  expectGrowth(second, asked);
  expect(outline(third?.messages ?? [])).toEqual(
    ['user | SUMMARY | [It is now 2026-11-23.] | third'].map(today),
  );
  expect(JSON.stringify(third?.messages)).toContain('THE SUMMARY');
  expect(third?.system).toBe(second?.system);
  expectGrowth(third, fourth);
});

const today = (text: string) => text.replace('2026-11-23', new Date().toISOString().slice(0, 10));

test('near the limit between two steps the turn goes on: its prompt and its last step stay whole', async () => {
  const big = 'seq 1 9000';
  const requests = await converse(
    [
      call('a', big, 5e4),
      call('b', big, 1e5),
      call('c', 'echo last', 165e3),
      says('THE SUMMARY'),
      call('d', 'echo more', 2e4),
      answer('ready', 21e3),
      answer('on', 22e3),
    ],
    async (session, say) => {
      const events = await say('do it');
      expect(types(events)).toEqual([
        'session_id',
        'user_message',
        ...['a', 'b', 'c'].flatMap(() => ['content_block', 'tool_use', 'tool_result']),
        'compact_started',
        'compact_completed',
        'content_block',
        'tool_use',
        'tool_result',
        'assistant_text',
        'done',
      ]);
      expect(events.at(-1)).toMatchObject({ type: 'done', is_error: false, turn_count: 6 });
      await say('next');
      expect(session.entries.turn(1).filter(({ body }) => body.kind === 'summary')).toHaveLength(1);
    },
  );
  const [, , , , d, ready, on] = requests;
  expect(outline(d?.messages ?? [])).toEqual([
    today('user | SUMMARY | [It is now 2026-11-23.] | do it'),
    'assistant | thinking | tool_use',
    'user | tool_result',
  ]);
  expect(JSON.stringify(d?.messages)).toContain('sign c');
  expectGrowth(d, ready);
  expectGrowth(ready, on);
});

const tooLarge: ModelPart[] = [{ type: 'failure', kind: 'too_large', text: 'API Error: 413 too large' }];

test.each([
  { name: 'long', refusal: tooLong },
  { name: 'large', refusal: tooLarge },
])(
  'a call that the model refuses as too $name is made again with a summary in it, from a shorter transcript if need be',
  async ({ refusal }) => {
    const requests = await converse(
      [answer('one', 10), refusal, refusal, says('THE SUMMARY'), answer('two', 10)],
      async (_, say) => {
        await say('first');
        const events = await say('second');
        expect(types(events)).toEqual([
          'session_id',
          'user_message',
          'compact_started',
          'compact_completed',
          'assistant_text',
          'done',
        ]);
        expect(events.at(-1)).toMatchObject({ is_error: false });
      },
    );
    expect(requests).toHaveLength(5);
    expect(requests[3]?.tools).toEqual([]);
    expect(JSON.stringify(requests[3]?.messages)).toContain('User: first');
    expect(JSON.stringify(requests[3]?.messages)).not.toContain('second');
  },
);

test('what is refused even after a summary ends the turn with what to do', async () => {
  await converse([answer('one', 10), tooLong, says('THE SUMMARY'), tooLong], async (_, say) => {
    await say('first');
    const events = await say('second');
    expect(events.at(-1)).toMatchObject({ type: 'done', is_error: true });
    expect(events.at(-2)).toMatchObject({ type: 'assistant_text', text: 'API Error: 400 too long' });
  });
});

const full = [message([], { model: small, usage: usage(199_990), stop: 'context_full' })];

test('a model that stops without a word because it is full is asked again after a summary, and all is counted', async () => {
  await converse([answer('one', 10), full, says('THE SUMMARY'), answer('two', 10)], async (_, say) => {
    await say('first');
    const events = await say('second');
    expect(events.at(-2)).toMatchObject({ type: 'assistant_text', text: 'two' });
    expect(events.at(-1)).toMatchObject({ turn_cost_usd: 1.5, usage: { input_tokens: 199_990 + 10 + 10 } });
  });
});

test('what it counted is told too where there is nothing to leave out', async () => {
  await converse([full], async (_, say) => {
    const events = await say('first');
    expect(events.at(-2)).toMatchObject({
      type: 'assistant_text',
      text: 'The conversation is longer than the model can hold. Send /compact, or start a new conversation.',
    });
    expect(events.at(-1)).toMatchObject({ is_error: true, usage: { input_tokens: 199_990 } });
  });
});

test('without a summary the turn goes on with all there is, and it is not tried again at each step', async () => {
  const requests = await converse(
    [answer('one', 170_000), noCredit, call('a', 'echo', 171_000), answer('two', 172_000)],
    async (session, say) => {
      await say('first');
      expect((await say('second')).at(-1)).toMatchObject({ type: 'done', is_error: false });
      expect(readRow(session.sql)).toMatchObject({ summary_seq: 0, window_start: 0 });
    },
  );
  expectGrowth(requests[0], requests[3]);
});

test('where nobody counts, characters do; without a summary the older half then leaves the view', async () => {
  const long = (letter: string) => letter.repeat(250_000);
  const requests = await converse([says('one'), says('two'), noCredit, says('three')], async (_, say) => {
    await say(long('a'));
    await say(long('b'));
    expect((await say(long('c'))).at(-1)).toMatchObject({ type: 'done', is_error: false });
  });
  expect(requests[3]?.messages.map(({ content }) => JSON.stringify(content).slice(0, 40))).toEqual([
    expect.stringContaining('cccc'),
  ]);
});

test('a summary is summarised again with what followed it, and does not grow', async () => {
  const requests = await converse(
    [
      answer('one', 17e4),
      says('FIRST SUMMARY'),
      answer('two', 17e4),
      says('x'.repeat(1e5)),
      answer('three', 10),
    ],
    async (_, say) => {
      await say('first');
      await say('second');
      await say('third');
    },
  );
  expect(JSON.stringify(requests[3]?.messages)).toContain('FIRST SUMMARY');
  const after = JSON.stringify(requests[4]?.messages);
  expect(after).not.toContain('FIRST SUMMARY');
  expect(after.length).toBeLessThan(42_000);
});

test('/compact that fails is no prompt: the model never hears of it', async () => {
  const requests = await converse([answer('one', 100), noCredit, answer('two', 100)], async (_, say) => {
    await say('first');
    expect((await say('/compact keep the numbers')).at(-1)).toMatchObject({ type: 'done', is_error: true });
    const tooMuch = await say(`/compact ${'x'.repeat(4_001)}`);
    expect(tooMuch.at(-2)).toMatchObject({
      type: 'assistant_text',
      text: 'What it is to keep in mind may have 4,000 characters.',
    });
    await say('second');
  });
  expect(requests).toHaveLength(3);
  expect(outline(requests[2]?.messages ?? [])).toEqual(['user | first', 'assistant | one', 'user | second']);
});

test('a summary that the API makes is stored, told and paid for like any other, and the next request begins with it', async () => {
  const asked: string[] = [];
  const model = createModel(Settings.parse({ ...env, PROXY_COMPACTION: 'true' }), {
    ...liveModelDeps,
    fetch: (input, init) => {
      asked.push(typeof init?.body === 'string' ? init.body : '');
      return fetch(input, init);
    },
  });
  await withModel(model, async ({ say }) => {
    await say('first');
    const events = await say('/compact');
    expect(types(events).slice(-3)).toEqual(['compact_started', 'compact_completed', 'done']);
    expect(events.at(-2)).toMatchObject({ summary: 'What the API makes of it.' });
    expect(events.at(-1)).toMatchObject({ usage: { input_tokens: 144, output_tokens: 276 } });
    await say('second');
  });
  expect(asked).toHaveLength(3);
  expect(asked[1]?.startsWith(asked[0]?.slice(0, -2) ?? '?')).toBe(true);
  expect(asked[2]).toContain('What the API makes of it.');
  expect(asked[2]).not.toContain('"compaction"');
});

test('tasks, the permission mode and the files are as they were', async () => {
  const requests = await converse(
    [
      calls(['t', 'TaskCreate', { subject: 'Paint', description: 'Paint the fence' }]),
      calls(['w', 'Write', { file_path: '/workspace/a.txt', content: 'kept' }]),
      answer('one', 170_000),
      says('THE SUMMARY'),
      calls(['l', 'TaskList', {}], ['r', 'Read', { file_path: '/workspace/a.txt' }]),
      answer('two', 10),
    ],
    async (session, say) => {
      await say('first');
      session.sql.exec("UPDATE session SET mode = 'acceptEdits'");
      const events = await say('second');
      const results = events.flatMap((event) => (event.type === 'tool_result' ? [event.content] : []));
      expect(results).toEqual([expect.stringContaining('Paint'), '     1\tkept']);
      expect(readRow(session.sql)?.mode).toBe('acceptEdits');
    },
  );
  expect(requests[4]?.system).toBe(requests[0]?.system);
  expect(requests[4]?.tools).toEqual(requests[0]?.tools);
});

test('a turn reads nothing of what its summary stands for', async () => {
  await converse(
    [answer('one', 170_000), says('THE SUMMARY'), answer('two', 10), answer('three', 10)],
    async (session, say) => {
      await say('first');
      await say('second');
      session.sql.exec(
        "UPDATE entry SET body = 'unreadable' WHERE seq < ?",
        readRow(session.sql)?.window_start ?? 0,
      );
      expect((await say('third')).at(-1)).toMatchObject({ type: 'done', is_error: false });
    },
  );
});

test('what runs in the background goes on while a summary is made, and the agent hears of its end', async () => {
  const { promise: summarised, resolve } = Promise.withResolvers<void>();
  const task = {
    description: 'Look',
    prompt: 'look around',
    subagent_type: 'reviewer',
    run_in_background: true,
  };
  const main: ScriptedCall[] = [
    calls(['a', 'Bash', { command: 'seq 1 9000' }], ['bg', 'Task', task]),
    call('b', 'echo near the limit', 170_000),
    says('THE SUMMARY'),
    answer('done so far', 10),
    answer('and the task too', 10),
  ];
  const requests: ModelRequest[] = [];
  const model: Model = {
    async *stream(request, signal) {
      const isTask = JSON.stringify(request.messages[0]).includes('look around');
      if (isTask) {
        await summarised;
        yield* says('ALL CLEAR');
        return;
      }
      const next = main[requests.length] ?? [];
      requests.push(structuredClone(request));
      if (requests.length === 4) resolve();
      yield* typeof next === 'function' ? next(request, signal) : next;
    },
  };
  await withModel(model, async ({ say }) => {
    expect((await say('do both')).at(-1)).toMatchObject({ type: 'done', is_error: false });
  });
  expect(requests).toHaveLength(5);
  expect(outline(requests[3]?.messages ?? [])[0]).toContain('SUMMARY');
  expect(JSON.stringify(requests[4]?.messages.at(-1))).toContain('ALL CLEAR');
});

test('a summary that a crash cuts off is made again before the turn goes on, and nothing is doubled', async () => {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const first = scriptedModel([
    answer('one', 170_000),
    async function* () {
      resolve();
      await new Promise(() => {});
      yield* says('never');
    },
  ]);
  const second = scriptedModel([says('THE SUMMARY'), answer('two', 10), answer('three', 10)]);
  await withModel(first, async ({ say, events, reopen }) => {
    await say('first');
    void say('second');
    await asked;
    expect(types(events).at(-1)).toBe('compact_started');
    const back = reopen(second);
    await resumeTurns(back.session);
    expect(types(back.events)).toEqual([
      'turn_resumed',
      'session_id',
      'user_message',
      'compact_started',
      'compact_completed',
      'assistant_text',
      'done',
    ]);
    const stored = back.session.entries.turn(2).map(({ body }) => body.kind);
    expect(stored).toEqual(['prompt', 'resumed', 'summary', 'assistant', 'end']);
    expect(readRow(back.session.sql)).toMatchObject({ turn_count: 2, steps: 3, attempts: 0 });
    await back.say('third');
  });
  expect(second.requests[0]).toEqual(first.requests[1]);
  expect(outline(second.requests[2]?.messages ?? [])).toEqual([
    today('user | SUMMARY | [It is now 2026-11-23.] | second'),
    'assistant | two',
    'user | third',
  ]);
});
