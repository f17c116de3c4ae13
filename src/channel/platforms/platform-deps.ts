import type { Clock } from '#lib/clock.ts';
import type { Log } from '#lib/log.ts';
import type { TokenKeeper } from './zalo/token-keeper.ts';

/** What a platform needs of the world. */
export interface PlatformDeps {
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly log: Log;
  /** Milliseconds until a call counts as lost, 30,000 where absent; files get four times as long. */
  readonly callTimeoutMs?: number;
  /** Keeps and renews the tokens of the Zalo Official Account, where there is one. */
  readonly zaloTokens?: TokenKeeper | undefined;
}
