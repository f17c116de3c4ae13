import type { ApiProblem } from '#model/api-problem.ts';

const ATTEMPTS = 4;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 8_000;
/** Who is asked to wait longer than this is better told so. */
const LONGEST_RETRY_AFTER_MS = 60_000;

/** Milliseconds until the call is worth making again, or undefined to give up. `attempt` counts from 1. */
export function retryWait(
  problem: ApiProblem,
  attempt: number,
  chance: { random(): number },
): number | undefined {
  if (!problem.retry || attempt >= ATTEMPTS) return undefined;
  if (problem.retryAfterMs !== undefined) {
    return problem.retryAfterMs > LONGEST_RETRY_AFTER_MS ? undefined : problem.retryAfterMs;
  }
  const wait = Math.min(FIRST_WAIT_MS * 2 ** (attempt - 1), LONGEST_WAIT_MS);
  return wait * (0.75 + 0.25 * chance.random());
}
