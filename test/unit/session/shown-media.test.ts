import { expect, test } from 'vitest';
import type { Entry } from '#session/entry.ts';
import { shownMedia } from '#session/shown-media.ts';

const prompt = (seq: number, millions: number): Entry => ({
  seq,
  position: 0,
  at: 0,
  messageId: null,
  body: {
    kind: 'prompt',
    content:
      millions === 0
        ? 'text'
        : [
            {
              type: 'image',
              source: { type: 'base64', media_type: 'image/png', data: 'A'.repeat(millions * 1e6) },
            },
          ],
  },
});

/** Which entries are shown with their pictures, of pictures of so many millions of characters, oldest first. */
function show(millions: readonly number[], start = 0) {
  const media = shownMedia(start);
  const newestFirst: Entry[] = [];
  for (const [index, size] of [...millions.entries()].reverse()) media.take(prompt(index, size), newestFirst);
  const shown = newestFirst.toReversed().flatMap(({ seq, body }) => {
    if (body.kind !== 'prompt' || typeof body.content === 'string') return [];
    return body.content.some(({ type }) => type === 'image') ? [seq] : [];
  });
  return { shown, start: media.start };
}

test.each([
  { name: 'few', pictures: [10, 0, 10], is: { shown: [0, 2], start: 0 } },
  { name: 'too many: the newest half stays', pictures: [4, 4, 4, 4, 4, 4], is: { shown: [4, 5], start: 4 } },
  {
    name: 'as before, and one more',
    pictures: [4, 4, 4, 4, 4, 4, 4],
    from: 4,
    is: { shown: [4, 5, 6], start: 4 },
  },
  {
    name: 'too many again',
    pictures: [4, 4, 4, 4, 4, 4, 4, 4, 4, 4],
    from: 4,
    is: { shown: [8, 9], start: 8 },
  },
  { name: 'a newest that is more than half', pictures: [6, 15, 0], is: { shown: [1], start: 1 } },
  { name: 'two that are too many', pictures: [15, 15], is: { shown: [1], start: 1 } },
  { name: 'one that is too much', pictures: [1, 21, 0], is: { shown: [], start: 2 } },
  {
    name: 'one that was too much, and another',
    pictures: [1, 21, 0, 1],
    from: 2,
    is: { shown: [3], start: 2 },
  },
  { name: 'none', pictures: [0, 0], is: { shown: [], start: 0 } },
])('$name', ({ pictures, from = 0, is }) => {
  expect(show(pictures, from)).toEqual(is);
});
