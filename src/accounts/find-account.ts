import { eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { AccountDeps } from '#accounts/account-deps.ts';
import { revokedTokens, users } from '#accounts/tables.ts';
import type { TokenClaims, TokenProblem } from '#accounts/verify-claims.ts';
import { fail, succeed, type Result } from '#lib/result.ts';
import type { User } from '#protocol/user.ts';

export type UserRow = typeof users.$inferSelect;

/** Names are found whatever their case; the stored spelling is the one that counts from then on. */
export const hasUsername = (username: string) => sql`lower(${users.username}) = lower(${username})`;

export const toUser = (row: UserRow): User => ({
  id: row.id,
  username: row.username,
  role: row.role,
  full_name: row.fullName ?? '',
});

export interface TokenOwner {
  readonly user: User;
  /** When this token was exchanged for a new pair, in milliseconds; null if it never was. */
  readonly rotatedAt: number | null;
}

/**
 * The user a token speaks for, as the users table knows them now. Contract: one read. A token that was rotated is
 * found and says so; one that was revoked on purpose, or is older than the password, is a problem.
 */
export async function findTokenOwner(
  claims: Pick<TokenClaims, 'jti' | 'iat' | 'username'>,
  { db }: Pick<AccountDeps, 'db'>,
): Promise<Result<TokenOwner, TokenProblem>> {
  if (claims.username === undefined || claims.username === '') return fail({ reason: 'missing_username' });
  const [found] = await drizzle(db)
    .select()
    .from(users)
    .leftJoin(revokedTokens, eq(revokedTokens.jti, claims.jti))
    .where(hasUsername(claims.username));
  if (found === undefined) return fail({ reason: 'unknown_user' });
  const { user, revoked_token: revocation } = found;
  if (!user.isActive) return fail({ reason: 'disabled' });
  if (user.passwordChangedAt !== null && claims.iat * 1000 < Date.parse(user.passwordChangedAt)) {
    return fail({ reason: 'revoked', jti: claims.jti });
  }
  if (revocation === null) return succeed({ user: toUser(user), rotatedAt: null });
  return revocation.rotatedAt === null
    ? fail({ reason: 'revoked', jti: claims.jti })
    : succeed({ user: toUser(user), rotatedAt: Date.parse(revocation.rotatedAt) });
}
