import { expect, test } from 'vitest';
import { createRecent } from '#lib/recent.ts';

test('a key is remembered for its time, and no longer', () => {
  const recent = createRecent(1000);
  recent.add('a', 5000);
  expect([4999, 5999, 6000].map((now) => recent.has('a', now))).toEqual([true, true, false]);
  expect(recent.has('b', 5000)).toBe(false);
});

test('what is deleted is forgotten at once, alone or with all', () => {
  const recent = createRecent(1000);
  for (const key of ['a', 'b', 'c']) recent.add(key, 0);
  recent.delete('a');
  expect(['a', 'b', 'c'].map((key) => recent.has(key, 0))).toEqual([false, true, true]);
  recent.clear();
  expect(['b', 'c'].map((key) => recent.has(key, 0))).toEqual([false, false]);
});

test('it does not grow without end', () => {
  const recent = createRecent(1000);
  for (let index = 0; index <= 10_000; index += 1) recent.add(String(index), 0);
  expect([recent.has('0', 0), recent.has('10000', 0)]).toEqual([false, true]);
});
