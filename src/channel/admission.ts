import type { PeopleDeps } from '#channel/people-deps.ts';
import { isAdmitted } from '#channel/whitelist.ts';
import { createRecent } from '#lib/recent.ts';

/** Who writes often is looked up once in so long: a webhook is to be answered soon, and the database is far away. */
const admittedLately = createRecent(10_000);

/**
 * `isAdmitted`, remembered where it is true. Contract: who is taken off the list is refused at once where that was done,
 * and after ten seconds everywhere.
 */
export async function mayWrite(who: Parameters<typeof isAdmitted>[0], deps: PeopleDeps): Promise<boolean> {
  const key = JSON.stringify([who.platform, ...who.ids]);
  const now = deps.clock.now();
  if (admittedLately.has(key, now)) return true;
  const admitted = await isAdmitted(who, deps);
  if (admitted) admittedLately.add(key, now);
  else admittedLately.delete(key);
  return admitted;
}

/** To be called where somebody may have lost the right. */
export const forgetAdmissions = (): void => admittedLately.clear();
