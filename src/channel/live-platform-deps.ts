import type { PlatformDeps } from '#channel/platforms/platform-deps.ts';
import { zaloTokens } from '#channel/platforms/zalo/zalo-tokens.ts';
import { systemClock } from '#lib/clock.ts';
import { consoleLog } from '#lib/log.ts';
import type { Settings } from '#protocol/settings.ts';

/** The real world, for the platforms. */
export const livePlatformDeps = (env: Env, settings: Settings): PlatformDeps => ({
  fetch: (...call) => fetch(...call),
  clock: systemClock,
  log: consoleLog,
  zaloTokens: zaloTokens(env, settings),
});
