import { expect, test } from 'vitest';
import type { Model, ModelPart } from '#agent/model.ts';
import { calls, says } from '#test/support/scripted-model.ts';
import { withModel } from '../../support/workers/scripted-session.ts';

/** A model whose agent says what is written down, and then that it is done; `work` is what its subagents say. */
function model(agent: readonly ModelPart[][], work: () => AsyncIterable<ModelPart>): Model {
  let asked = 0;
  return {
    async *stream({ messages }) {
      const isTask = JSON.stringify(messages[0]).includes('look around');
      if (isTask) return yield* work();
      asked += 1;
      yield* agent[asked - 1] ?? says('Done.');
    },
  };
}

const task = (id: string, background = false) =>
  [
    id,
    'Task',
    {
      description: 'Look',
      prompt: 'look around',
      subagent_type: 'reviewer',
      ...(background && { run_in_background: true }),
    },
  ] as const;

const tasks = (from: number, count: number, background = false) =>
  Array.from({ length: count }, (_, index) => task(`t${from + index}`, background));

test('fifty tasks of a turn are done, what is beyond them is refused, in one message and in the next', async () => {
  let worked = 0;
  const work = async function* () {
    worked += 1;
    yield* says('Nothing there.');
  };
  const agent = [
    calls(...tasks(1, 52)),
    calls(task('late'), task('later', true)),
    says('Done.'),
    calls(task('next')),
  ];
  await withModel(model(agent, work), async ({ say }) => {
    const events = await say('hello');
    const refused = events.flatMap((event) =>
      event.type === 'tool_result' && event.is_error ? [[event.tool_use_id, event.content]] : [],
    );
    expect(refused).toEqual(
      ['t51', 't52', 'late', 'later'].map((id) => [
        id,
        'A turn may hand over 50 tasks at most. Do the rest yourself.',
      ]),
    );
    expect(worked).toBe(50);
    expect(events.at(-1)).toMatchObject({ type: 'done', is_error: false });
    await say('and in another turn');
    expect(worked).toBe(51);
  });
});

test.each([
  { name: 'in the foreground', asked: tasks(1, 5) },
  { name: 'in the background', asked: tasks(1, 5, true) },
  { name: 'in both', asked: [...tasks(1, 3, true), ...tasks(4, 2)] },
])('a fifth subagent begins when one of four has ended: $name', async ({ asked }) => {
  const ends: (() => void)[] = [];
  const work = async function* () {
    await new Promise<void>((resolve) => {
      ends.push(resolve);
    });
    yield* says('Nothing there.');
  };
  await withModel(model([calls(...asked)], work), async ({ say }) => {
    const over = say('hello');
    await expect.poll(() => ends.length).toBe(4);
    await scheduler.wait(50);
    expect(ends).toHaveLength(4);
    ends[0]?.();
    await expect.poll(() => ends.length).toBe(5);
    for (const end of ends) end();
    expect((await over).at(-1)).toMatchObject({ type: 'done', is_error: false });
  });
});
