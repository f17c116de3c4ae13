import { expect, test, vi } from 'vitest';
import { untilAborted, withDeadline } from '#lib/deadline.ts';

const never = new Promise<string>(() => {});
const abortAfter = (ms: number) => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), ms);
  return stop.signal;
};

test.each([
  { name: 'the work ends', ms: 1000, signal: null, work: Promise.resolve('done'), ends: ['done', false] },
  { name: 'the time ends', ms: 10, signal: null, work: never, ends: ['stopped', true] },
  { name: 'the caller stops', ms: 1000, signal: 10, work: never, ends: ['stopped', false] },
  { name: 'the caller stopped before', ms: 1000, signal: 0, work: never, ends: ['stopped', false] },
  { name: 'without a time', ms: Infinity, signal: 10, work: never, ends: ['stopped', false] },
])('$name first', async ({ ms, signal, work, ends }) => {
  const caller = signal === null ? null : signal === 0 ? AbortSignal.abort() : abortAfter(signal);
  const outcome = await withDeadline(ms, caller, async (deadline) => [
    await untilAborted(work, deadline.signal, () => 'stopped'),
    deadline.isOver(),
  ]);
  expect(outcome).toEqual(ends);
});

test('a failure of the work, and one thrown instead of it, are failures', async () => {
  const failing = Promise.reject(new Error('failed'));
  await expect(untilAborted(failing, new AbortController().signal, () => 'stopped')).rejects.toThrow(
    'failed',
  );
  await expect(
    untilAborted(never, AbortSignal.abort(), () => {
      throw new Error('aborted');
    }),
  ).rejects.toThrow('aborted');
});

test('time stands still while requests wait for their turn and none is under way', async () => {
  vi.useFakeTimers();
  const steps = await withDeadline(100, null, async (time) => {
    const seen: unknown[] = [];
    const after = (ms: number) => {
      vi.advanceTimersByTime(ms);
      seen.push(time.isOver());
    };
    const [first, second] = [time.request(), time.request()];
    after(1000);
    seen.push(time.isUnsent());
    first.sent();
    seen.push(time.isUnsent());
    // One is under way, and the other waits perhaps because of it
    after(60);
    first.ended();
    after(1000);
    second.ended();
    after(30);
    time.restart();
    after(90);
    after(20);
    return seen;
  });
  expect(steps).toEqual([false, true, false, false, false, false, false, true]);
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

test('a request that is sent after the end of the work starts no time', async () => {
  vi.useFakeTimers();
  const late = await withDeadline(100, null, async (time) => time.request());
  late.sent();
  late.ended();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

test('neither timers nor listeners stay', async () => {
  vi.useFakeTimers();
  const { signal } = new AbortController();
  const removed = vi.spyOn(signal, 'removeEventListener');
  await withDeadline(1000, null, async () => 'done');
  await untilAborted(Promise.resolve('done'), signal, () => 'stopped');
  expect([vi.getTimerCount(), removed.mock.calls.length]).toEqual([0, 1]);
  vi.useRealTimers();
});
