import type { PlatformDeps } from '#channel/platforms/platform-deps.ts';

/** The real network, a clock that stands still, and little patience. */
export const platformDeps: PlatformDeps = {
  fetch: (...call) => fetch(...call),
  clock: { now: () => 1_760_000_000_000 },
  log: { info: () => {}, warn: () => {}, error: () => {} },
  callTimeoutMs: 500,
};
