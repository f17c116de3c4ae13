import { expect, test } from 'vitest';
import { nestCalls } from '#web/core/nested-calls.ts';
import type { ToolItem } from '#web/core/thread.ts';

const call = (id: string, parent: string | null = null): ToolItem => ({
  kind: 'tool',
  key: id,
  id,
  name: 'Read',
  input: {},
  parent,
  state: 'done',
  output: '',
});

test('the calls of subagents stand inside the call that began them, in their order', () => {
  const [task, other, one, two, three] = [
    call('t1'),
    call('t2'),
    call('a', 't1'),
    call('b', 't2'),
    call('c', 't1'),
  ];
  const { items, inside } = nestCalls([task, other, one, two, three]);
  expect(items).toEqual([task, other]);
  expect([...inside]).toEqual([
    ['t1', [one, three]],
    ['t2', [two]],
  ]);
});

test('a call whose beginner is not shown stands by itself', () => {
  const lost = call('a', 'gone');
  expect(nestCalls([lost]).items).toEqual([lost]);
});

test('lists that did not change stay the same objects', () => {
  const items = [call('t1'), call('t2'), call('a', 't1'), call('b', 't2')];
  const before = nestCalls(items);
  const after = nestCalls([...items, call('c', 't2')], before);
  expect(after.inside.get('t1')).toBe(before.inside.get('t1'));
  expect(after.inside.get('t2')).not.toBe(before.inside.get('t2'));
});
