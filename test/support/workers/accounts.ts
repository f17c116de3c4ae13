import { createHmac, randomUUID } from 'node:crypto';
import { env, exports } from 'cloudflare:workers';
import { drizzle } from 'drizzle-orm/d1';
import { SignJWT } from 'jose';
import { z } from 'zod';
import { issueUserTokens } from '#accounts/issue-tokens.ts';
import { users } from '#accounts/tables.ts';
import type { Clock } from '#lib/clock.ts';
import { Settings } from '#protocol/settings.ts';

export const API_KEY = 'test-api-key';
export const origin = 'https://edgewise.test';

export const fixedClock = (at: number): Clock & { at: number } => ({
  at,
  now() {
    return this.at;
  },
});

export const accountDeps = (clock: Clock = { now: () => Date.now() }) => ({
  db: env.DB,
  settings: Settings.parse(env),
  clock,
});

/** A request with the API key, a token if given, and a JSON body if given. */
export function send(
  method: string,
  path: string,
  { token, body, headers = {} }: { token?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Response> {
  return exports.default.fetch(`${origin}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      'X-API-Key': API_KEY,
      ...(token !== undefined && { 'X-User-Token': token }),
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

/** A request with exactly these headers: no key unless one is given. */
export const sendBare = (
  method: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<Response> => exports.default.fetch(`${origin}${path}`, { method, redirect: 'manual', headers });

// Of "password", made by libxcrypt; of cost 4, so that dozens of logins stay fast
const passwordHash = '$2b$04$abcdefghijklmnopqrstuughE8Ev8uGFaUgY2cNEySvxngrb/Jzdm';

/** An account of its own for a test, with tokens as a login gives them. */
export async function newUser({ role = 'user' }: { role?: 'admin' | 'user' } = {}) {
  const username = `u-${randomUUID().slice(0, 8)}`;
  const user = { id: randomUUID(), username, role, full_name: 'Some One' };
  await drizzle(env.DB)
    .insert(users)
    .values({ ...user, fullName: user.full_name, passwordHash, createdAt: '2030-01-01T00:00:00.000Z' });
  const tokens = await issueUserTokens(user, accountDeps());
  if (tokens === null) throw new Error('API_KEY is missing');
  return {
    id: user.id,
    username,
    password: 'password',
    passwordHash,
    token: tokens.access,
    refresh: tokens.refresh,
    user,
  };
}

/** Signs claims the way a front end does that knows the API key and nothing of this code. */
export function mintToken(
  claims: Record<string, unknown>,
  { secret = mintingSecret() } = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({
    sub: 'someone',
    jti: randomUUID(),
    type: 'user_identity',
    iat: now,
    exp: now + 1800,
    iss: 'claude-agent-sdk',
    aud: 'claude-agent-sdk-users',
    ...claims,
  })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .sign(new TextEncoder().encode(secret));
}

const mintingSecret = (): string =>
  createHmac('sha256', 'claude-agent-sdk-jwt-v1').update(API_KEY).digest('hex');

const Claims = z.record(z.string(), z.unknown());

export function claimsOf(token: string): Record<string, unknown> {
  const payload = token.split('.')[1] ?? '';
  return Claims.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
}
