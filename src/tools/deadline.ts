export interface Deadline {
  /** Aborts with the caller's signal, or when the time is over. */
  readonly signal: AbortSignal;
  /** Whether it was the time. */
  isOver(): boolean;
}

/** Gives work an end. Contract: no timer is left behind, because a timer would keep an idle object awake. */
export async function withDeadline<Value>(
  milliseconds: number,
  signal: AbortSignal,
  work: (deadline: Deadline) => Promise<Value>,
): Promise<Value> {
  const time = new AbortController();
  const timer = setTimeout(() => time.abort(), milliseconds);
  try {
    return await work({
      signal: AbortSignal.any([signal, time.signal]),
      isOver: () => time.signal.aborted && !signal.aborted,
    });
  } finally {
    clearTimeout(timer);
  }
}
