import { and, eq, gt, lt } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { isoTime, type AccountDeps } from '#accounts/account-deps.ts';
import { mcpSignIns, mcpSignInStarts } from '#accounts/tables.ts';
import { SignIn, StartedSignIn, type SignInStore } from '#mcp/sign-in.ts';
import type { Seal } from '#mcp/seal.ts';

export interface SignInStoreDeps extends Pick<AccountDeps, 'db' | 'clock'> {
  readonly seal: Seal;
}

/** How long the user has to come back from the server. */
const START_MS = 10 * 60_000;

/** One user's sign-ins in D1, encrypted. `username` is verified. */
export function signInStore(username: string, { db: d1, clock, seal }: SignInStoreDeps): SignInStore {
  const db = drizzle(d1);
  const rowOf = (server: string) => and(eq(mcpSignIns.username, username), eq(mcpSignIns.server, server));
  const readRow = async (server: string) => {
    const [row] = await db.select().from(mcpSignIns).where(rowOf(server));
    const text = row && (await seal.open(row.sealed, ownerOf(username, server)));
    // Sealed with an older key: the user signs in again
    return row === undefined || text === undefined
      ? undefined
      : { sealed: row.sealed, signIn: SignIn.parse(JSON.parse(text)) };
  };
  return {
    read: async (server) => (await readRow(server))?.signIn,

    async write(server, signIn) {
      const sealed = await seal.close(JSON.stringify(signIn), ownerOf(username, server));
      await db
        .insert(mcpSignIns)
        .values({ username, server, sealed })
        .onConflictDoUpdate({ target: [mcpSignIns.username, mcpSignIns.server], set: { sealed } });
    },

    async forget(server, signIn) {
      const stored = await readRow(server);
      if (signIn !== undefined) {
        if (stored === undefined || JSON.stringify(stored.signIn) !== JSON.stringify(signIn)) return false;
      }
      const gone = await db
        .delete(mcpSignIns)
        .where(
          signIn === undefined || stored === undefined
            ? rowOf(server)
            : and(rowOf(server), eq(mcpSignIns.sealed, stored.sealed)),
        )
        .returning({ server: mcpSignIns.server });
      return gone.length > 0;
    },

    async start(state, server, started) {
      const sealed = await seal.close(JSON.stringify(started), state);
      const now = clock.now();
      await db.batch([
        db.delete(mcpSignInStarts).where(lt(mcpSignInStarts.expiresAt, isoTime(now))),
        db
          .insert(mcpSignInStarts)
          .values({ state, username, server, sealed, expiresAt: isoTime(now + START_MS) }),
      ]);
    },
  };
}

export interface FoundStart {
  readonly username: string;
  readonly server: string;
  readonly started: StartedSignIn;
}

/** A sign-in that was begun and has not expired. Contract: `spend` gives it to one caller only. */
export async function findStart(
  state: string,
  { db: d1, clock, seal }: SignInStoreDeps,
  { spend }: { readonly spend: boolean },
): Promise<FoundStart | undefined> {
  const db = drizzle(d1);
  const wanted = and(eq(mcpSignInStarts.state, state), gt(mcpSignInStarts.expiresAt, isoTime(clock.now())));
  const [row] = spend
    ? await db.delete(mcpSignInStarts).where(wanted).returning()
    : await db.select().from(mcpSignInStarts).where(wanted);
  const text = row && (await seal.open(row.sealed, state));
  if (row === undefined || text === undefined) return undefined;
  return {
    username: row.username,
    server: row.server,
    started: StartedSignIn.parse(JSON.parse(text)),
  };
}

/** A row that is copied to another user or server does not open there. */
const ownerOf = (username: string, server: string): string => JSON.stringify([username, server]);
