import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { isoTime, type AccountDeps } from '#accounts/account-deps.ts';
import { ensureDefaultUsers } from '#accounts/default-users.ts';
import { hasUsername, toUser } from '#accounts/find-account.ts';
import { issueUserTokens, type TokenPair } from '#accounts/issue-tokens.ts';
import { countAttempt, forgetAttempts } from '#accounts/login-attempts.ts';
import { passwordMatches } from '#accounts/password.ts';
import { users } from '#accounts/tables.ts';
import { fail, succeed, type Result } from '#lib/result.ts';
import type { User } from '#protocol/user.ts';

/** An unknown user, a wrong password and a disabled account are one problem: the outside may not tell them apart. */
export type LoginProblem =
  | { readonly reason: 'wrong_credentials' }
  | { readonly reason: 'too_many_attempts'; readonly minutes: number }
  | { readonly reason: 'not_configured' };

export interface LoginRequest {
  readonly username: string;
  readonly password: string;
  /** The network address it came from. */
  readonly address: string;
}

export async function login(
  { username, password, address }: LoginRequest,
  deps: AccountDeps,
): Promise<Result<{ readonly user: User; readonly tokens: TokenPair }, LoginProblem>> {
  const attempt = { username, address };
  const allowed = await countAttempt(attempt, deps);
  if (!allowed.ok) return fail({ reason: 'too_many_attempts', minutes: allowed.problem.minutes });

  await ensureDefaultUsers(deps);
  const db = drizzle(deps.db);
  const [row] = await db.select().from(users).where(hasUsername(username));
  const matches = await passwordMatches(password, row?.passwordHash ?? null);
  if (row === undefined || !matches || !row.isActive) return fail({ reason: 'wrong_credentials' });

  const user = toUser(row);
  const tokens = await issueUserTokens(user, deps);
  if (tokens === null) return fail({ reason: 'not_configured' });
  await forgetAttempts(attempt, deps);
  await db
    .update(users)
    .set({ lastLogin: isoTime(deps.clock.now()) })
    .where(eq(users.id, row.id));
  return succeed({ user, tokens });
}
