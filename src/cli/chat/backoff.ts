/** How long to wait before the attempt with this number, counted from 0: at once, then 1, 2, 4 … 30 seconds. */
export const waitBefore = (attempt: number): number =>
  attempt === 0 ? 0 : Math.min(30_000, 1000 * 2 ** (attempt - 1));

/** Some seven minutes in all: a restart or a deploy is over by then. */
export const maxAttempts = 18;
