export interface SilenceWatch {
  /** Something was heard: the time begins anew. */
  heard(): void;
  /** From now on this much silence is too much. */
  limit(ms: number): void;
  stop(): void;
}

/** Acts once after so many milliseconds of silence. One timer for a whole answer, however many pieces it comes in. */
export function watchSilence(ms: number, act: () => void): SilenceWatch {
  let allowed = ms;
  let lastHeard = Date.now();
  const check = () => {
    const left = lastHeard + allowed - Date.now();
    if (left <= 0) act();
    else timer = setTimeout(check, left);
  };
  let timer = setTimeout(check, allowed);
  return {
    heard: () => {
      lastHeard = Date.now();
    },
    limit: (newMs) => {
      allowed = newMs;
      clearTimeout(timer);
      timer = setTimeout(check, allowed);
    },
    stop: () => clearTimeout(timer),
  };
}
