import { errors, jwtVerify } from 'jose';
import { z } from 'zod';
import type { AccountDeps } from '#accounts/account-deps.ts';
import { jwtSecret } from '#accounts/keys.ts';
import { fail, succeed, type Result } from '#lib/result.ts';

/** How far the clocks of those who mint tokens may be off. */
export const LEEWAY_SECONDS = 60;

/** Why a token opens nothing. */
export type TokenProblem =
  | { readonly reason: 'not_configured' }
  | { readonly reason: 'invalid' }
  | { readonly reason: 'expired' }
  | { readonly reason: 'wrong_type'; readonly type: string }
  | { readonly reason: 'missing_username' }
  | { readonly reason: 'revoked'; readonly jti: string }
  | { readonly reason: 'unknown_user' }
  | { readonly reason: 'disabled' };

const TokenClaims = z.object({
  sub: z.string(),
  /** Needed: a token without it could not be revoked. */
  jti: z.string().min(1).max(128),
  type: z.string(),
  iat: z.number(),
  exp: z.number(),
  username: z.string().optional(),
});
export type TokenClaims = z.infer<typeof TokenClaims>;

/** Checks signature, issuer, audience and age. Says nothing about revocation or the user: no database is asked. */
export async function verifyClaims(
  token: string,
  { settings, clock }: Pick<AccountDeps, 'settings' | 'clock'>,
): Promise<Result<TokenClaims, TokenProblem>> {
  const secret = await jwtSecret(settings);
  if (secret === null) return fail({ reason: 'not_configured' });
  try {
    const { payload } = await jwtVerify(token, new TextEncoder().encode(secret), {
      algorithms: ['HS256'],
      issuer: settings.JWT_ISSUER,
      audience: settings.JWT_AUDIENCE,
      clockTolerance: LEEWAY_SECONDS,
      currentDate: new Date(clock.now()),
    });
    const claims = TokenClaims.safeParse(payload);
    return claims.success ? succeed(claims.data) : fail({ reason: 'invalid' });
  } catch (error) {
    if (error instanceof errors.JWTExpired) return fail({ reason: 'expired' });
    if (error instanceof errors.JOSEError) return fail({ reason: 'invalid' });
    throw error;
  }
}
