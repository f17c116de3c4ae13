import { createCountdown } from '#lib/countdown.ts';

export interface Deadline {
  /** Aborts with the caller's signal, or when the time is over. */
  readonly signal: AbortSignal;
  /** Whether it was the time. */
  isOver(): boolean;
  /** The time begins anew. */
  restart(): void;
  /**
   * The work wants to make a request, whose turn may come later. While requests wait and none is under way the time
   * stands still: nobody has been asked who could be slow.
   */
  request(): RequestInTurn;
  /** Whether requests of the work had to be made, and none was sent. */
  isUnsent(): boolean;
}

interface RequestInTurn {
  /** Its turn has come. */
  sent(): void;
  /** Answered, failed, or given up, sent or not. */
  ended(): void;
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
  const countdown = createCountdown(milliseconds, () => time.abort());
  let ended = false;
  let waiting = 0;
  let underWay = 0;
  let wasSent = false;
  let wasWanted = false;
  const change = (toWait: number, toBeUnderWay: number) => {
    waiting += toWait;
    underWay += toBeUnderWay;
    if (ended || (waiting > 0 && underWay === 0)) countdown.pause();
    else countdown.run();
  };
  const request = (): RequestInTurn => {
    let isSent = false;
    wasWanted = true;
    change(1, 0);
    return {
      sent: () => {
        isSent = true;
        wasSent = true;
        change(-1, 1);
      },
      ended: () => (isSent ? change(0, -1) : change(-1, 0)),
    };
  };
  countdown.run();
  try {
    return await work({
      signal: signal === null ? time.signal : AbortSignal.any([signal, time.signal]),
      isOver: () => time.signal.aborted && signal?.aborted !== true,
      restart: () => countdown.restart(),
      request,
      isUnsent: () => wasWanted && !wasSent,
    });
  } finally {
    ended = true;
    countdown.pause();
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
