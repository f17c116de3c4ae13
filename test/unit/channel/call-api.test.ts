import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { callApi } from '#channel/platforms/call-api.ts';
import type { PlatformDeps } from '#channel/platforms/platform-deps.ts';
import { systemClock } from '#lib/clock.ts';
import { silentLog } from '#test/support/silent-log.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());
const deps = (fetch: PlatformDeps['fetch']): PlatformDeps => ({ fetch, clock: systemClock, log: silentLog });

test.each([
  { use: 'call' as const, ms: 30_000 },
  { use: 'upload' as const, ms: 120_000 },
])('a $use that nobody answers is lost after its time, and no timer is left', async ({ use, ms }) => {
  const never = (_: unknown, init?: RequestInit) =>
    new Promise<Response>((_resolve, reject) =>
      init?.signal?.addEventListener('abort', () => reject(new Error('aborted')), { once: true }),
    );
  const ended = vi.fn<(answer: unknown) => void>();
  void callApi(deps(never), 'https://api.example', {}, use).then(ended);
  await vi.advanceTimersByTimeAsync(ms - 1);
  expect(ended).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(ended).toHaveBeenCalledExactlyOnceWith({ kind: 'lost', isTimeout: true });
  expect(vi.getTimerCount()).toBe(0);
});

test('after an answer, and after a connection that broke, no timer is left', async () => {
  const answered = await callApi(
    deps(async () => Response.json({ ok: true })),
    'https://api.example',
    {},
  );
  expect(answered).toEqual({ kind: 'answer', status: 200, body: { ok: true } });
  const broken = await callApi(
    deps(() => Promise.reject(new Error('broke'))),
    'https://api.example',
    {},
  );
  expect(broken).toEqual({ kind: 'lost', isTimeout: false });
  expect(vi.getTimerCount()).toBe(0);
});
