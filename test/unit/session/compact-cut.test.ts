import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Message, Usage } from '#protocol/message.ts';
import { chooseCut } from '#session/compact-cut.ts';
import { isFull } from '#session/compact-need.ts';
import { seqOf, type Entry, type EntryBody } from '#session/entry.ts';
import { weight } from '#session/weight.ts';

const noUsage: Usage = {
  input_tokens: 0,
  output_tokens: 0,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
};

const body = (kind: string, size: number): EntryBody => {
  const text = 'x'.repeat(size);
  switch (kind) {
    case 'p':
      return { kind: 'prompt', content: text };
    case 'a':
      return { kind: 'assistant', content: [{ type: 'text', text }], model: 'm', usage: noUsage, cost: 0 };
    default:
      return { kind: 'tool_results', results: [{ type: 'tool_result', tool_use_id: 't', content: text }] };
  }
};

/** `p` a prompt, `a` a message, `r` results; a number is their length. */
function entries(...kinds: readonly (readonly [kind: string, size: number])[]): Entry[] {
  let turn = 0;
  let place = 0;
  return kinds.map(([kind, size]) => {
    if (kind === 'p') {
      turn += 1;
      place = 0;
    }
    return { seq: seqOf(turn, place++), position: 0, at: 0, messageId: null, body: body(kind, size) };
  });
}

const long = 10_000;

test.each([
  {
    name: 'the newest turns that fit',
    view: [
      ['p', 10],
      ['a', long],
      ['p', 10],
      ['a', 10],
      ['p', 10],
    ],
    cut: 2,
  },
  {
    name: 'within a turn, before a message',
    view: [
      ['p', 10],
      ['a', long],
      ['r', 10],
      ['a', 10],
      ['r', 10],
    ],
    cut: 3,
  },
  {
    name: 'what is too large, where nothing smaller is whole',
    view: [
      ['p', 10],
      ['a', 10],
      ['r', long],
    ],
    cut: 1,
  },
  {
    name: 'the prompt alone, after a long answer',
    view: [
      ['p', 10],
      ['a', long],
      ['p', 10],
    ],
    cut: 2,
  },
  {
    name: 'a long prompt counts for the steps of its turn',
    view: [
      ['p', 10],
      ['a', 10],
      ['p', long],
      ['a', 10],
      ['p', 10],
    ],
    cut: 4,
  },
  { name: 'nowhere in a single prompt', view: [['p', long]], cut: undefined },
  { name: 'nowhere in nothing', view: [], cut: undefined },
] as const)('the cut is $name', ({ view, cut }) => {
  expect(chooseCut(entries(...view), 2_000)).toBe(cut);
});

test('what stays was no part of an earlier cut', () => {
  const view = entries(['p', 10], ['a', 10], ['r', 10], ['a', 10]);
  expect(chooseCut(view, 2_000, seqOf(1, 1))).toBe(3);
  expect(chooseCut(view, 2_000, seqOf(1, 3))).toBeUndefined();
});

test('for every view: a cut never parts results from their calls, and something is before it', () => {
  const turn = fc.tuple(
    fc.nat(3_000),
    fc.array(fc.tuple(fc.nat(3_000), fc.nat(3_000)), { maxLength: 4 }),
    fc.nat(3_000),
  );
  fc.assert(
    fc.property(fc.array(turn, { maxLength: 5 }), fc.nat(10_000), (turns, keep) => {
      const view = entries(
        ...turns.flatMap(([prompt, steps, answer]) => [
          ['p', prompt] as const,
          ...steps.flatMap(([call, result]) => [['a', call] as const, ['r', result] as const]),
          ['a', answer] as const,
        ]),
      );
      const cut = chooseCut(view, keep);
      if (view.length < 2) return cut === undefined;
      return cut !== undefined && cut > 0 && ['prompt', 'assistant'].includes(view[cut]?.body.kind ?? '');
    }),
  );
});

const said = (characters: number): Message[] => [
  { role: 'assistant', content: [{ type: 'text', text: 'x'.repeat(characters) }] },
  { role: 'user', content: [{ type: 'text', text: 'hello' }] },
];
const counted = (model: string, tokens: Partial<Usage>) => ({ model, usage: { ...noUsage, ...tokens } });

test.each([
  { name: 'far from the limit', last: counted('claude-haiku-4-5', { input_tokens: 159_000 }), full: false },
  { name: 'near it', last: counted('claude-haiku-4-5', { input_tokens: 161_000 }), full: true },
  {
    name: 'near it, most of it cached',
    last: counted('claude-haiku-4-5', {
      cache_read_input_tokens: 150_000,
      cache_creation_input_tokens: 9_000,
      output_tokens: 2_000,
    }),
    full: true,
  },
  {
    name: 'the same in a larger window',
    last: counted('claude-sonnet-5-5', { input_tokens: 161_000 }),
    full: false,
  },
  { name: 'few characters, nothing counted', last: undefined, full: false },
])('full or not: $name', ({ last, full }) => {
  expect(isFull(said(1_000), last)).toBe(full);
});

test.each([
  { name: 'of an unknown model', last: counted('some-model', { input_tokens: 10 }) },
  { name: 'that counts nothing', last: counted('claude-sonnet-5-5', {}) },
  { name: 'that said nothing yet', last: undefined },
])('characters decide for a model $name', ({ last }) => {
  expect([isFull(said(500_000), last), isFull(said(700_000), last)]).toEqual([false, true]);
});

test('what came after the last answer counts too, an image as what it costs', () => {
  const last = counted('claude-haiku-4-5', { input_tokens: 150_000 });
  const result = (content: string): Message => ({
    role: 'user',
    content: [{ type: 'tool_result', tool_use_id: 't', content }],
  });
  expect(isFull([...said(1), result('x'.repeat(60_000))], last)).toBe(true);
  const image = {
    type: 'image',
    source: { type: 'base64', media_type: 'image/png', data: 'A'.repeat(1_000_000) },
  };
  expect(weight(image)).toBeLessThan(7_000);
});
