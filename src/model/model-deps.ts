import { systemClock, type Clock } from '#lib/clock.ts';
import { consoleLog, type Log } from '#lib/log.ts';

/** Time, chance, network and log, as arguments. */
export interface ModelDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly fetch: typeof fetch;
  /** From 0 up to, not including, 1. */
  random(): number;
  /** Contract: resolves after `ms`, or as soon as `signal` aborts; never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** A connection that brings no byte for so long is taken for dead. */
  readonly idleMs: number;
}

export const liveModelDeps: ModelDeps = {
  clock: systemClock,
  log: consoleLog,
  // Wrapped, because workerd's fetch refuses to be called as a method of anything
  fetch: (input, init) => fetch(input, init),
  random: Math.random,
  sleep,
  idleMs: 90_000,
};

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const wake = () => resolve();
  const timer = setTimeout(wake, ms);
  signal.addEventListener('abort', wake, { once: true });
  if (signal.aborted) wake();
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', wake);
  });
}
