export interface Deadline {
  /** Aborts with the caller's signal, or when the time is over. */
  readonly signal: AbortSignal;
  /** Whether it was the time. */
  isOver(): boolean;
}

/**
 * Gives work an end: `milliseconds`, which may be Infinity, or an earlier one by `signal`. Contract: no timer is left
 * behind, because a timer would keep an idle object awake.
 */
export async function withDeadline<Value>(
  milliseconds: number,
  signal: AbortSignal | null,
  work: (deadline: Deadline) => Promise<Value>,
): Promise<Value> {
  const time = new AbortController();
  const timer = milliseconds === Infinity ? undefined : setTimeout(() => time.abort(), milliseconds);
  try {
    return await work({
      signal: signal === null ? time.signal : AbortSignal.any([signal, time.signal]),
      isOver: () => time.signal.aborted && signal?.aborted !== true,
    });
  } finally {
    clearTimeout(timer);
  }
}

/** What becomes of work, or `otherwise` as soon as the signal aborts: for work that does not look at it itself. */
export async function untilAborted<Value, Other>(
  work: Promise<Value>,
  signal: AbortSignal,
  otherwise: () => Other,
): Promise<Value | Other> {
  const { promise: aborted, resolve } = Promise.withResolvers<void>();
  const stop = () => resolve();
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  try {
    return await Promise.race([aborted.then(otherwise), work]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
