import { SignJWT, type JWTPayload } from 'jose';
import type { AccountDeps } from '#accounts/account-deps.ts';
import { jwtSecret } from '#accounts/keys.ts';
import type { User } from '#protocol/user.ts';

export interface TokenPair {
  readonly access: string;
  readonly refresh: string;
  /** Lifetimes from now, in seconds. */
  readonly accessSeconds: number;
  readonly refreshSeconds: number;
}

/** Null where no `API_KEY` is set: there is nothing to sign with. */
export const issueUserTokens = (user: User, deps: AccountDeps): Promise<TokenPair | null> =>
  issuePair({ sub: user.id, ...userClaims(user) }, 'user_identity', deps);

/** Tokens that stand for the API key and for no person. Null where no `API_KEY` is set. */
export const issueKeyTokens = (sub: string, deps: AccountDeps): Promise<TokenPair | null> =>
  issuePair({ sub }, 'access', deps);

const userClaims = (user: User) => ({
  user_id: user.id,
  username: user.username,
  role: user.role,
  full_name: user.full_name,
});

async function issuePair(
  claims: JWTPayload,
  accessType: 'access' | 'user_identity',
  { settings, clock }: AccountDeps,
): Promise<TokenPair | null> {
  const secret = await jwtSecret(settings);
  if (secret === null) return null;
  const issuedAt = Math.floor(clock.now() / 1000);
  const sign = (type: string, seconds: number) =>
    new SignJWT({ ...claims, type })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setIssuer(settings.JWT_ISSUER)
      .setAudience(settings.JWT_AUDIENCE)
      .setJti(crypto.randomUUID())
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + seconds)
      .sign(new TextEncoder().encode(secret));
  const accessSeconds = Math.round(settings.ACCESS_TOKEN_EXPIRE_MINUTES * 60);
  const refreshSeconds = Math.round(settings.REFRESH_TOKEN_EXPIRE_DAYS * 86_400);
  const [access, refresh] = await Promise.all([
    sign(accessType, accessSeconds),
    sign('refresh', refreshSeconds),
  ]);
  return { access, refresh, accessSeconds, refreshSeconds };
}
