import { inArray } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { isoTime, type AccountDeps } from '#accounts/account-deps.ts';
import { hashPassword } from '#accounts/password.ts';
import { users } from '#accounts/tables.ts';
import { consoleLog } from '#lib/log.ts';
import { fitsPassword } from '#protocol/account.ts';

const defaults = [
  { username: 'admin', role: 'admin', fullName: 'Administrator', setting: 'CLI_ADMIN_PASSWORD' },
  { username: 'tester', role: 'user', fullName: 'Test User', setting: 'CLI_TESTER_PASSWORD' },
] as const;

/**
 * Creates `admin` and `tester` where they are missing and a password is set for them. Contract: an existing user
 * stays as it is, also when two callers race.
 */
export async function ensureDefaultUsers({ db: d1, settings, clock }: AccountDeps): Promise<void> {
  const db = drizzle(d1);
  const present = await db
    .select({ username: users.username })
    .from(users)
    .where(
      inArray(
        users.username,
        defaults.map(({ username }) => username),
      ),
    );
  for (const { username, role, fullName, setting } of defaults) {
    const password = settings[setting];
    if (password === undefined || present.some((row) => row.username === username)) continue;
    if (!fitsPassword(password)) {
      consoleLog.warn('default_user_skipped', { username, reason: `${setting} is longer than 72 bytes` });
      continue;
    }
    await db
      .insert(users)
      .values({
        id: crypto.randomUUID(),
        username,
        role,
        fullName,
        passwordHash: await hashPassword(password),
        createdAt: isoTime(clock.now()),
      })
      .onConflictDoNothing();
  }
}
