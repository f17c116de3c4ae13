export interface Countdown {
  run(): void;
  /** What is left stays. */
  pause(): void;
  /** All of the time is left again. */
  restart(): void;
}

/** Acts once, when it has run for so many milliseconds, which may be Infinity. Contract: there is a timer only while it runs. */
export function createCountdown(ms: number, act: () => void): Countdown {
  let left = ms;
  let begun = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const run = () => {
    if (timer !== undefined || ms === Infinity) return;
    begun = Date.now();
    timer = setTimeout(act, Math.max(left, 0));
  };
  const pause = () => {
    if (timer === undefined) return;
    clearTimeout(timer);
    timer = undefined;
    left -= Date.now() - begun;
  };
  return {
    run,
    pause,
    restart: () => {
      const runs = timer !== undefined;
      pause();
      left = ms;
      if (runs) run();
    },
  };
}
