import { expect, test } from 'vitest';
import type { ModelPart, ModelRequest } from '#agent/model.ts';
import type { Prompt } from '#protocol/prompt.ts';
import { calls, says, scriptedModel } from '#test/support/scripted-model.ts';
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
    {
      type: 'text',
      text: '[What was shown here is left out: with all the rest it is more than can be shown at once.]',
    },
  ]);
}, 60_000);

const tooLarge: ModelPart[] = [{ type: 'failure', kind: 'too_large', text: 'API Error: 413 too large' }];
const reads = (name: string) => calls([name, 'Read', { file_path: `/workspace/${name}.pdf` }]);

/** The names of the documents that results show. */
const documentsIn = ({ messages }: ModelRequest): string =>
  messages
    .flatMap((message) => (message.role === 'user' ? message.content : []))
    .flatMap((block) =>
      block.type === 'tool_result' && typeof block.content !== 'string' ? block.content : [],
    )
    .flatMap((block) => (block.type === 'document' ? (block.title ?? '') : []))
    .join(' ');

test.each([
  {
    name: 'more than is ever shown: the oldest go before they are sent',
    size: 11_000_000,
    script: [reads('a'), reads('b'), says('read')],
    shown: ['', 'a.pdf', 'b.pdf'],
  },
  {
    name: 'one that is as large as Read gives',
    size: 14 * 1024 * 1024,
    script: [reads('a'), says('read'), says('still there')],
    shown: ['', 'a.pdf', 'a.pdf'],
  },
  {
    name: 'more than the service takes: the newest stays',
    size: 100,
    script: [reads('a'), reads('b'), tooLarge, says('read')],
    shown: ['', 'a.pdf', 'a.pdf b.pdf', 'b.pdf'],
  },
  {
    name: 'one that alone is more than the service takes',
    size: 100,
    script: [reads('a'), tooLarge, says('it is too large')],
    shown: ['', 'a.pdf', ''],
  },
])(
  'what a turn itself reads and is too much is left out, and it goes on: $name',
  async ({ size, script, shown }) => {
    const model = scriptedModel(script);
    await withModel(model, async ({ session, say }) => {
      for (const name of ['a', 'b'])
        await session.workspace.writeFile(`/workspace/${name}.pdf`, '%PDF-1.7'.padEnd(size));
      while (model.requests.length < script.length)
        expect((await say('Read them')).at(-1)).toMatchObject({ type: 'done', is_error: false });
    });
    expect(model.requests.map(documentsIn)).toEqual(shown);
  },
  60_000,
);
