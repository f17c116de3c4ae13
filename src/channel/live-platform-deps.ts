import type { PlatformDeps } from '#channel/platforms/platform-deps.ts';
import { systemClock } from '#lib/clock.ts';
import { consoleLog } from '#lib/log.ts';

/** The real world, for the platforms. */
export const livePlatformDeps = (_env: Env): PlatformDeps => ({
  fetch: (...call) => fetch(...call),
  clock: systemClock,
  log: consoleLog,
});
