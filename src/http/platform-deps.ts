import type { PlatformDeps } from '#channel/platforms/platform-deps.ts';
import { systemClock } from '#lib/clock.ts';
import { consoleLog } from '#lib/log.ts';

export const platformDeps: PlatformDeps = {
  fetch: (...call) => fetch(...call),
  clock: systemClock,
  log: consoleLog,
};
