import { waitUntil } from 'cloudflare:workers';
import type { PeopleDeps } from '#channel/people-deps.ts';
import { isAdmitted } from '#channel/whitelist.ts';
import { createRecent } from '#lib/recent.ts';

/** Of who writes often: a webhook is to be answered soon, and the database is far away. */
const admittedLately = createRecent(10_000);

/** Whose right need not be looked up yet: after this, that is done behind the answer, so that none waits for it. */
const askedLately = createRecent(5_000);

let forgotten = 0;

/**
 * `isAdmitted`, remembered where it is true. Contract: who is taken off the list is refused at once where that was done,
 * and after ten seconds everywhere.
 */
export async function mayWrite(who: Parameters<typeof isAdmitted>[0], deps: PeopleDeps): Promise<boolean> {
  const key = JSON.stringify([who.platform, ...who.ids]);
  const now = deps.clock.now();
  const look = async () => {
    askedLately.add(key, now);
    const before = forgotten;
    const admitted = await isAdmitted(who, deps);
    // What was true before somebody was taken off the list is not remembered after it
    if (admitted && before === forgotten) admittedLately.add(key, now);
    else admittedLately.delete(key);
    return admitted;
  };
  if (!admittedLately.has(key, now)) return look();
  // What cannot be asked now is asked when the memory ends
  if (!askedLately.has(key, now)) waitUntil(look().catch(() => {}));
  return true;
}

/** To be called where somebody may have lost the right. */
export function forgetAdmissions(): void {
  forgotten += 1;
  admittedLately.clear();
}
