import { eq, lte, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { isoTime, type AccountDeps } from '#accounts/account-deps.ts';
import { loginAttempts } from '#accounts/tables.ts';
import { fail, succeed, type Result } from '#lib/result.ts';

const WINDOW_MS = 15 * 60_000;
const PER_USER_AND_ADDRESS = 10;
const PER_ADDRESS = 50;

export interface Attempt {
  readonly username: string;
  readonly address: string;
}

const subjects = ({ username, address }: Attempt) => ({
  // Cut, because what is tried as a user name may be of any length
  pair: `${address} ${username.slice(0, 64).toLowerCase()}`,
  address,
});

/**
 * Counts an attempt before its password is looked at, so that a hundred sent at once are a hundred. `minutes`: how
 * long to wait, when there were too many.
 */
export async function countAttempt(
  attempt: Attempt,
  { db: d1, clock }: Pick<AccountDeps, 'db' | 'clock'>,
): Promise<Result<void, { readonly minutes: number }>> {
  const db = drizzle(d1);
  const now = clock.now();
  const { pair, address } = subjects(attempt);
  const count = (subject: string) =>
    db
      .insert(loginAttempts)
      .values({ subject, failures: 1, expiresAt: isoTime(now + WINDOW_MS) })
      .onConflictDoUpdate({
        target: loginAttempts.subject,
        set: { failures: sql`${loginAttempts.failures} + 1` },
      })
      .returning();
  const [, [ofPair], [ofAddress]] = await db.batch([
    db.delete(loginAttempts).where(lte(loginAttempts.expiresAt, isoTime(now))),
    count(pair),
    count(address),
  ]);
  const exceeded = [
    ...(ofPair !== undefined && ofPair.failures > PER_USER_AND_ADDRESS ? [ofPair] : []),
    ...(ofAddress !== undefined && ofAddress.failures > PER_ADDRESS ? [ofAddress] : []),
  ];
  if (exceeded.length === 0) return succeed(undefined);
  const until = Math.max(...exceeded.map((row) => Date.parse(row.expiresAt)));
  return fail({ minutes: Math.ceil((until - now) / 60_000) });
}

/**
 * Takes back what `countAttempt` counted, for a login that succeeded. The address keeps its other failures: else
 * one good account would be enough to go on guessing at all the others.
 */
export async function forgetAttempts(attempt: Attempt, { db: d1 }: Pick<AccountDeps, 'db'>): Promise<void> {
  const db = drizzle(d1);
  const { pair, address } = subjects(attempt);
  await db.batch([
    db.delete(loginAttempts).where(eq(loginAttempts.subject, pair)),
    db
      .update(loginAttempts)
      .set({ failures: sql`${loginAttempts.failures} - 1` })
      .where(eq(loginAttempts.subject, address)),
  ]);
}
