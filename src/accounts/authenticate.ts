import type { AccountDeps } from '#accounts/account-deps.ts';
import { findTokenOwner } from '#accounts/find-account.ts';
import { verifyClaims, type TokenProblem } from '#accounts/verify-claims.ts';
import { fail, succeed, type Result } from '#lib/result.ts';
import type { User } from '#protocol/user.ts';

/** A verified user, and what is needed to ask again later whether the token still holds. */
export interface Authenticated extends User {
  readonly jti: string;
  /** Seconds since 1970, as the token has it. */
  readonly iat: number;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** A refresh token only buys new tokens; an API-key token is an `access` one, which no username makes a problem. */
const accessTypes = new Set(['user_identity', 'access']);

/**
 * Who a token speaks for, right now: role and name come from the users table, so that a demotion, a disabled
 * account and a logout count at once. Contract: at most one database read; never throws for a bad token.
 */
export async function authenticate(
  token: string,
  deps: AccountDeps,
): Promise<Result<Authenticated, TokenProblem>> {
  const claims = await verifyClaims(token, deps);
  if (!claims.ok) return claims;
  const { jti, iat, exp, type } = claims.value;
  if (!accessTypes.has(type)) return fail({ reason: 'wrong_type', type });
  const owner = await findTokenOwner(claims.value, deps);
  if (!owner.ok) return owner;
  if (owner.value.rotatedAt !== null) return fail({ reason: 'revoked', jti });
  return succeed({ ...owner.value.user, jti, iat, expiresAt: exp * 1000 });
}
