const FIRST_MS = 1000;

/** Also for what only a person can mend. */
export const LONGEST_WAIT_MS = 5 * 60 * 1000;

/** Milliseconds before the next try of what broke: doubled each time. `attempts`: how many were made before the last. */
export const waitBefore = (attempts: number): number =>
  Math.min(LONGEST_WAIT_MS, FIRST_MS * 2 ** Math.min(attempts, 16));
