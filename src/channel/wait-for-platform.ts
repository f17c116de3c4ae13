const FIRST_WAIT_MS = 60 * 1000;
const LONGEST_WAIT_MS = 24 * 60 * 60 * 1000;

/**
 * Keeps the alarm of a chat whose platform is not set up at the moment: what waits in it goes on when it is again.
 * Doubled each time, since that is how long nothing came.
 */
export async function waitForPlatform(storage: DurableObjectStorage, now: number): Promise<void> {
  const last = Number(storage.sql.exec('SELECT max(at) AS at FROM seen').one()['at']);
  await storage.setAlarm(now + Math.min(LONGEST_WAIT_MS, Math.max(FIRST_WAIT_MS, now - last)));
}
