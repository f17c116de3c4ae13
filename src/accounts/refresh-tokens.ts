import type { AccountDeps } from '#accounts/account-deps.ts';
import { findTokenOwner } from '#accounts/find-account.ts';
import { issueKeyTokens, issueUserTokens, type TokenPair } from '#accounts/issue-tokens.ts';
import { claimRotation } from '#accounts/revoke-token.ts';
import { verifyClaims, type TokenProblem } from '#accounts/verify-claims.ts';
import { fail, succeed, type Result } from '#lib/result.ts';
import type { User } from '#protocol/user.ts';

export interface Refreshed {
  readonly tokens: TokenPair;
  /** The subject of the new tokens: a user's id, or that of the API key. */
  readonly subject: string;
  /** Null for the API key's own tokens. */
  readonly user: User | null;
}

/**
 * Exchanges a refresh token for a new pair; a user's name, role and id are carried over as the users table has them
 * now. Contract: a token is exchanged once. `graceMs` lets it be used again for that long, for a client that may
 * send it twice at once (two tabs) or lose the first answer.
 */
export async function refreshTokens(
  token: string,
  deps: AccountDeps,
  { graceMs }: { readonly graceMs: number } = { graceMs: 0 },
): Promise<Result<Refreshed, TokenProblem>> {
  const claims = await verifyClaims(token, deps);
  if (!claims.ok) return claims;
  const { jti, sub, type } = claims.value;
  if (type !== 'refresh') return fail({ reason: 'wrong_type', type });

  const owner = await findTokenOwner(claims.value, deps);
  if (!owner.ok && owner.problem.reason !== 'missing_username') return owner;
  const user = owner.ok ? owner.value.user : null;

  if (!(await claimRotation(claims.value, deps))) {
    // Someone was first: an exchange, which may be within the grace, or a logout, which knows none
    const again = await findTokenOwner(claims.value, deps);
    const rotatedAt = again.ok ? again.value.rotatedAt : null;
    if (rotatedAt === null || deps.clock.now() - rotatedAt >= graceMs)
      return fail({ reason: 'revoked', jti });
  }
  const tokens = user === null ? await issueKeyTokens(sub, deps) : await issueUserTokens(user, deps);
  if (tokens === null) return fail({ reason: 'not_configured' });
  return succeed({ tokens, subject: user?.id ?? sub, user });
}
