import { expect, test } from 'vitest';
import type { ModelRequest } from '#agent/model.ts';
import type { Prompt } from '#protocol/prompt.ts';
import { says, scriptedModel } from '#test/support/scripted-model.ts';
import { withModel } from '../../support/workers/scripted-session.ts';

const picture = (name: string): Prompt => [
  { type: 'text', text: name },
  { type: 'image', source: { type: 'base64', media_type: 'image/png', data: name.padEnd(9_000_000, 'A') } },
];

/** The names of the pictures that are shown. */
const shownIn = ({ messages }: ModelRequest): string =>
  messages
    .flatMap(({ content }) => content.map((block) => (block.type === 'image' ? block.source : undefined)))
    .flatMap((source) => (source?.type === 'base64' ? [source.data.replace(/A*$/, '')] : []))
    .join(' ');

/** Whether the requests begin with the same bytes, up to the newest message. */
const goesOn = (before: ModelRequest, after: ModelRequest): boolean =>
  JSON.stringify(after.messages).startsWith(JSON.stringify(before.messages).slice(0, -1));

// 20 million characters are shown, and half of them once they were more
test('pictures that become too many leave in large steps, so that requests go on as they began; also after a crash', async () => {
  const names = ['a', 'b', 'c', 'd'];
  const model = scriptedModel(names.map(() => says('seen')));
  await withModel(model, async (first) => {
    let life = first;
    for (const name of names) {
      await life.say(picture(name));
      const { session } = life;
      await expect.poll(() => session.running).toBeUndefined();
      if (name === 'c') life = life.reopen(model);
    }
  });
  const { requests } = model;
  expect(requests.map(shownIn)).toEqual(['a', 'a b', 'c', 'c d']);
  expect(requests.slice(1).map((request, index) => goesOn(requests[index] ?? request, request))).toEqual([
    true,
    false,
    true,
  ]);
  expect(requests[2]?.messages[0]?.content).toEqual([
    { type: 'text', text: 'a' },
    { type: 'text', text: '[What was shown here is too long ago to be shown again.]' },
  ]);
}, 60_000);
