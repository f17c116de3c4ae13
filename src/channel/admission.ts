import type { PeopleDeps } from '#channel/people-deps.ts';
import { isAdmitted } from '#channel/whitelist.ts';

/** Who may write is not looked up again for so long: a webhook is to be answered before a database far away is asked. */
const REMEMBERED_MS = 10_000;
const MOST_REMEMBERED = 10_000;

const admittedUntil = new Map<string, number>();

/**
 * `isAdmitted`, remembered where it is true. Contract: who is taken off the list is refused at once where that was done,
 * and after ten seconds everywhere.
 */
export async function mayWrite(who: Parameters<typeof isAdmitted>[0], deps: PeopleDeps): Promise<boolean> {
  const key = JSON.stringify([who.platform, ...who.ids]);
  const now = deps.clock.now();
  if (now < (admittedUntil.get(key) ?? 0)) return true;
  const admitted = await isAdmitted(who, deps);
  if (admittedUntil.size >= MOST_REMEMBERED) admittedUntil.clear();
  if (admitted) admittedUntil.set(key, now + REMEMBERED_MS);
  else admittedUntil.delete(key);
  return admitted;
}

/** To be called where somebody may have lost the right. */
export const forgetAdmissions = (): void => admittedUntil.clear();
