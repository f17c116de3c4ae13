import type { Clock } from '#lib/clock.ts';
import type { Settings } from '#protocol/settings.ts';

/** What everything in this folder works with: the database, the deployer's settings, and what time it is. */
export interface AccountDeps {
  readonly db: D1Database;
  readonly settings: Settings;
  readonly clock: Clock;
}

/** A moment as the tables and the API write it. `at` is in milliseconds since 1970. */
export const isoTime = (at: number): string => new Date(at).toISOString();
