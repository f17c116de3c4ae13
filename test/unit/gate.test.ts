import { expect, test } from 'vitest';
import { createGate } from '#lib/gate.ts';

const never = new AbortController().signal;

test('no more than its width run at the same time, in the order in which they came', async () => {
  const pass = createGate(2);
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const acts = [0, 1, 2, 3].map((index) =>
    pass(() => {
      begun.push(index);
      return new Promise<number>((resolve) => ends.push(() => resolve(index)));
    }, never),
  );
  await Promise.resolve();
  expect(begun).toEqual([0, 1]);
  ends[1]?.();
  await acts[1];
  await Promise.resolve();
  expect(begun).toEqual([0, 1, 2]);
  ends[0]?.();
  ends[2]?.();
  await expect.poll(() => ends.length).toBe(4);
  ends[3]?.();
  expect(await Promise.all(acts)).toEqual([0, 1, 2, 3]);
});

test('who gives up while waiting does not run, and a failure makes room as an end does', async () => {
  const pass = createGate(1);
  const failing = pass(() => Promise.reject(new Error('broken')), never);
  const stop = new AbortController();
  const ran: string[] = [];
  const waiting = pass(async () => ran.push('waiting'), stop.signal);
  const after = pass(async () => ran.push('after'), never);
  stop.abort(new Error('stopped'));
  await expect(waiting).rejects.toThrow('stopped');
  await expect(failing).rejects.toThrow('broken');
  await after;
  expect(ran).toEqual(['after']);
});

test('who has given up already does not run, though there is room', async () => {
  const pass = createGate(1);
  const ran: string[] = [];
  const gone = pass(async () => ran.push('gone'), AbortSignal.abort(new Error('stopped')));
  await expect(gone).rejects.toThrow('stopped');
  await pass(async () => ran.push('after'), never);
  expect(ran).toEqual(['after']);
});
