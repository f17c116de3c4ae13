import { asc, eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { isoTime, type AccountDeps } from '#accounts/account-deps.ts';
import type { UserRow } from '#accounts/find-account.ts';
import { hashPassword } from '#accounts/password.ts';
import { users } from '#accounts/tables.ts';
import { fail, succeed, type Result } from '#lib/result.ts';
import type { Account, AccountChanges, NewAccount } from '#protocol/account.ts';

type Deps = Pick<AccountDeps, 'db' | 'clock'>;

const toAccount = (row: UserRow): Account => ({
  id: row.id,
  username: row.username,
  full_name: row.fullName,
  role: row.role,
  created_at: row.createdAt,
  last_login: row.lastLogin,
  is_active: row.isActive,
});

/** Every account, by username. */
export async function listAccounts({ db }: Deps): Promise<Account[]> {
  const rows = await drizzle(db).select().from(users).orderBy(asc(users.username));
  return rows.map(toAccount);
}

export async function createAccount(
  account: NewAccount,
  { db, clock }: Deps,
): Promise<Result<Account, 'username_taken'>> {
  const [created] = await drizzle(db)
    .insert(users)
    .values({
      id: crypto.randomUUID(),
      username: account.username,
      passwordHash: await hashPassword(account.password),
      fullName: account.full_name ?? null,
      role: account.role,
      createdAt: isoTime(clock.now()),
    })
    .onConflictDoNothing()
    .returning();
  return created === undefined ? fail('username_taken') : succeed(toAccount(created));
}

/**
 * Changes what is neither null nor absent; it counts from the next request on. A new password ends all tokens issued
 * before. Nobody may lock themselves out: `self` is the id of who asks.
 */
export async function changeAccount(
  id: string,
  { changes, self }: { readonly changes: AccountChanges; readonly self: string },
  { db, clock }: Deps,
): Promise<Result<void, 'no_changes' | 'unknown_user' | 'own_account'>> {
  const { full_name, role, is_active, password } = changes;
  if ([full_name, role, is_active, password].every((value) => value === null || value === undefined)) {
    return fail('no_changes');
  }
  if (id === self && (is_active === false || role === 'user')) return fail('own_account');

  const changed = await drizzle(db)
    .update(users)
    .set({
      ...(typeof full_name === 'string' && { fullName: full_name }),
      ...(typeof role === 'string' && { role }),
      ...(typeof is_active === 'boolean' && { isActive: is_active }),
      ...(typeof password === 'string' && {
        passwordHash: await hashPassword(password),
        // Whole seconds, as in tokens: the next login, in this same second, has to be newer
        passwordChangedAt: isoTime(Math.floor(clock.now() / 1000) * 1000),
      }),
    })
    .where(eq(users.id, id))
    .returning({ id: users.id });
  return changed.length === 0 ? fail('unknown_user') : succeed(undefined);
}
