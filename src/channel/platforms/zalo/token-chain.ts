import { z } from 'zod';
import { sha256Hex } from '#lib/hash.ts';
import type { PlatformDeps } from '../platform-deps.ts';
import { refreshTokens, type NewTokens } from './oauth.ts';
import type { TokenState } from './token-keeper.ts';
import type { ZaloSettings } from './zalo-settings.ts';

export const StoredTokens = z.object({
  /** Empty where only a refresh token was given. */
  access: z.string(),
  refresh: z.string().nullable(),
  /** Milliseconds since 1970; null for one from the settings, whose age nobody knows. */
  expiresAt: z.number().nullable(),
  /** When they came, milliseconds since 1970. */
  since: z.number().optional(),
  /** Of the settings that held when these were stored: others begin a new chain. */
  seed: z.string(),
  problem: z.enum(['refused', 'unreachable']).nullable(),
  failures: z.number(),
  /** No attempt to renew before then. */
  retryAt: z.number(),
});
export type StoredTokens = z.infer<typeof StoredTokens>;

/** Contract: what was written is there after a crash. */
export interface TokenStore {
  read(): Promise<StoredTokens | null>;
  write(tokens: StoredTokens): Promise<void>;
}

/** A token lives about 25 hours. It is renewed so early that a day of failures can be mended before it ends. */
const AHEAD_MS = 3 * 60 * 60 * 1000;
/** However short a token lives, it is not renewed again at once. */
const SHORTEST_MS = 60_000;
const FIRST_RETRY_MS = 60_000;
const LONGEST_RETRY_MS = 30 * 60_000;
/** After a no: the settings may have been wrong and be mended since. */
const REFUSED_RETRY_MS = 60 * 60 * 1000;

/**
 * The chain of tokens of one Official Account, where each refresh gives the only key to the next one. Contract: one
 * request at a time, however many ask; a new pair is stored before anyone gets it.
 */
export class TokenChain {
  readonly #settings: ZaloSettings;
  readonly #store: TokenStore;
  readonly #deps: PlatformDeps;
  #renewal: Promise<string | null> | null = null;

  constructor(settings: ZaloSettings, store: TokenStore, deps: PlatformDeps) {
    this.#settings = settings;
    this.#store = store;
    this.#deps = deps;
  }

  async read(): Promise<string | null> {
    const tokens = await this.#tokens();
    if (tokens === null) return null;
    const isOver = tokens.expiresAt !== null && tokens.expiresAt <= this.#deps.clock.now();
    return tokens.access !== '' && !isOver ? tokens.access : this.renew(tokens.access);
  }

  renew(refused: string): Promise<string | null> {
    this.#renewal ??= this.#renewOnce(refused).finally(() => {
      this.#renewal = null;
    });
    return this.#renewal;
  }

  /** What is due by now. */
  async renewIfDue(): Promise<void> {
    const due = await this.nextRenewal();
    const tokens = await this.#tokens();
    if (tokens !== null && due !== null && due <= this.#deps.clock.now()) await this.renew(tokens.access);
  }

  /** When the tokens have to be renewed, milliseconds since 1970, above 0. Null: they cannot be. */
  async nextRenewal(): Promise<number | null> {
    const tokens = await this.#tokens();
    if (tokens === null || !this.#canRenew(tokens)) return null;
    return Math.max(
      tokens.retryAt,
      tokens.expiresAt === null ? 1 : renewalOf(tokens.expiresAt, tokens.since),
    );
  }

  /** A pair that the administrator has got by a sign-in. */
  async take(tokens: NewTokens): Promise<void> {
    const seed = await seedOf(this.#settings);
    const since = this.#deps.clock.now();
    await this.#store.write({ ...tokens, since, seed, problem: null, failures: 0, retryAt: 0 });
  }

  async state(): Promise<TokenState> {
    const tokens = await this.#tokens();
    if (tokens === null) return { expiresAt: null, canRenew: false, problem: 'missing' };
    const { expiresAt, problem } = tokens;
    return { expiresAt, canRenew: this.#canRenew(tokens), problem };
  }

  #canRenew({ refresh }: StoredTokens): boolean {
    const { ZALO_APP_ID, ZALO_APP_SECRET } = this.#settings;
    return refresh !== null && ZALO_APP_ID !== undefined && ZALO_APP_SECRET !== undefined;
  }

  /** The stored ones, or, where the deployer has set others since, those. */
  async #tokens(): Promise<StoredTokens | null> {
    const { ZALO_OA_ACCESS_TOKEN: access, ZALO_REFRESH_TOKEN: refresh } = this.#settings;
    const stored = await this.#store.read();
    const isGiven = access !== undefined || refresh !== undefined;
    const seed = await seedOf(this.#settings);
    if (!isGiven || stored?.seed === seed) return stored;
    const first: StoredTokens = {
      access: access ?? '',
      refresh: refresh ?? null,
      expiresAt: null,
      seed,
      problem: null,
      failures: 0,
      retryAt: 0,
    };
    await this.#store.write(first);
    return first;
  }

  async #renewOnce(refused: string): Promise<string | null> {
    const { clock, log } = this.#deps;
    const tokens = await this.#tokens();
    if (tokens === null) return null;
    // Someone was faster
    if (tokens.access !== refused && tokens.access !== '') return tokens.access;
    if (!this.#canRenew(tokens) || tokens.refresh === null || clock.now() < tokens.retryAt) return null;
    const grant = await refreshTokens(this.#settings, this.#deps, tokens.refresh);
    if (grant.kind === 'granted') {
      const { seed } = tokens;
      const since = clock.now();
      await this.#store.write({ ...grant.tokens, since, seed, problem: null, failures: 0, retryAt: 0 });
      log.info('zalo_token_renewed', { expires_at: grant.tokens.expiresAt });
      return grant.tokens.access;
    }
    log.error('zalo_token_not_renewed', {
      reason: grant.kind,
      code: grant.kind === 'refused' ? grant.code : null,
    });
    const wait =
      grant.kind === 'refused'
        ? REFUSED_RETRY_MS
        : Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** tokens.failures);
    await this.#store.write({
      ...tokens,
      problem: grant.kind,
      failures: Math.min(tokens.failures + 1, 10),
      retryAt: clock.now() + wait,
    });
    return null;
  }
}

/** Of one that lives only for hours, after half its life. */
function renewalOf(expiresAt: number, since = expiresAt - 2 * AHEAD_MS): number {
  const ahead = Math.min(AHEAD_MS, (expiresAt - since) / 2);
  return Math.max(expiresAt - ahead, since + SHORTEST_MS);
}

const seedOf = ({ ZALO_OA_ACCESS_TOKEN, ZALO_REFRESH_TOKEN }: ZaloSettings): Promise<string> =>
  sha256Hex(JSON.stringify([ZALO_OA_ACCESS_TOKEN, ZALO_REFRESH_TOKEN]));
