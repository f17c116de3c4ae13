import { lt } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { isoTime, type AccountDeps } from '#accounts/account-deps.ts';
import { revokedTokens } from '#accounts/tables.ts';
import { LEEWAY_SECONDS, verifyClaims, type TokenClaims } from '#accounts/verify-claims.ts';

const refusedForAgeFrom = (claims: TokenClaims): string => isoTime((claims.exp + LEEWAY_SECONDS) * 1000);

/** Ends a token of any type. One that is not ours, or has expired, opens nothing anyway. */
export async function revokeToken(token: string, deps: AccountDeps): Promise<void> {
  const claims = await verifyClaims(token, deps);
  if (!claims.ok) return;
  const db = drizzle(deps.db);
  await db.batch([
    db.delete(revokedTokens).where(lt(revokedTokens.expiresAt, isoTime(deps.clock.now()))),
    db
      .insert(revokedTokens)
      .values({ jti: claims.value.jti, expiresAt: refusedForAgeFrom(claims.value), rotatedAt: null })
      // Also takes from a rotated token what is left of its grace
      .onConflictDoUpdate({ target: revokedTokens.jti, set: { rotatedAt: null } }),
  ]);
}

/** Marks a refresh token as exchanged. Contract: of any number of callers at once, exactly one gets true. */
export async function claimRotation(claims: TokenClaims, deps: AccountDeps): Promise<boolean> {
  const claimed = await drizzle(deps.db)
    .insert(revokedTokens)
    .values({
      jti: claims.jti,
      expiresAt: refusedForAgeFrom(claims),
      rotatedAt: isoTime(deps.clock.now()),
    })
    .onConflictDoNothing()
    .returning({ jti: revokedTokens.jti });
  return claimed.length === 1;
}
