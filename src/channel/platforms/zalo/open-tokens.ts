import { z } from 'zod';
import { signInKey } from '#accounts/keys.ts';
import { systemClock } from '#lib/clock.ts';
import { consoleLog } from '#lib/log.ts';
import { migrate } from '#lib/migrate.ts';
import { Seal } from '#mcp/seal.ts';
import { Settings } from '#protocol/settings.ts';
import type { PlatformDeps } from '../platform-deps.ts';
import { exchangeCode, newChallenge, permissionUrl } from './oauth.ts';
import { StoredTokens, TokenChain, type TokenStore } from './token-chain.ts';
import { hasOfficialAccount } from './zalo-settings.ts';

/** A shipped step is never edited, a new one is added at the end. */
const tokenTables: readonly string[] = [
  `CREATE TABLE token (id INTEGER PRIMARY KEY CHECK (id = 1), sealed TEXT NOT NULL)`,
  // Sign-ins that were begun and not ended
  `CREATE TABLE start (state TEXT PRIMARY KEY, verifier TEXT NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID`,
];

/** How long the administrator has to come back from Zalo. */
const START_MS = 60 * 60 * 1000;

/** Bound to this use: what is encrypted here opens nowhere else. */
const SEALED_FOR = 'zalo-token';

export type SignInEnd = 'done' | 'expired' | 'refused';

export interface OpenTokens {
  readonly chain: TokenChain;
  begin(): Promise<string>;
  finish(state: string, code: string): Promise<SignInEnd>;
}

/** Null where no Official Account is set up, or no API_KEY, without which nothing can be encrypted. */
export async function openTokens({ storage }: DurableObjectState, env: Env): Promise<OpenTokens | null> {
  const settings = Settings.parse(env);
  const key = await signInKey(settings);
  if (key === null || !hasOfficialAccount(settings)) return null;
  const { sql } = storage;
  storage.transactionSync(() => migrate(sql, 'zalo-token', tokenTables));
  const deps: PlatformDeps = { fetch: (...call) => fetch(...call), clock: systemClock, log: consoleLog };
  const chain = new TokenChain(settings, sealedStore(storage, new Seal(key)), deps);

  return {
    chain,

    async begin() {
      const state = crypto.randomUUID();
      const { verifier, challenge } = await newChallenge();
      const now = deps.clock.now();
      sql.exec('DELETE FROM start WHERE expires_at < ?', now);
      sql.exec(
        'INSERT INTO start (state, verifier, expires_at) VALUES (?, ?, ?)',
        state,
        verifier,
        now + START_MS,
      );
      return permissionUrl(settings, { state, challenge });
    },

    async finish(state, code) {
      const [row] = sql
        .exec(
          'DELETE FROM start WHERE state = ? AND expires_at > ? RETURNING verifier',
          state,
          deps.clock.now(),
        )
        .toArray();
      if (row === undefined) return 'expired';
      const verifier = z.string().parse(row['verifier']);
      const grant = await exchangeCode(settings, deps, { code, verifier });
      if (grant.kind !== 'granted') return 'refused';
      await chain.take(grant.tokens);
      return 'done';
    },
  };
}

function sealedStore(storage: DurableObjectStorage, seal: Seal): TokenStore {
  const { sql } = storage;
  return {
    async read() {
      const [row] = sql.exec('SELECT sealed FROM token').toArray();
      if (row === undefined) return null;
      const text = await seal.open(z.string().parse(row['sealed']), SEALED_FOR);
      // Sealed with an older key: the administrator signs in again
      return text === undefined ? null : StoredTokens.parse(JSON.parse(text));
    },
    async write(tokens) {
      const sealed = await seal.close(JSON.stringify(tokens), SEALED_FOR);
      sql.exec('INSERT OR REPLACE INTO token (id, sealed) VALUES (1, ?)', sealed);
      await storage.sync();
    },
  };
}
