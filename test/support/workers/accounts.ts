import { createHmac, randomUUID } from 'node:crypto';
import { env, exports } from 'cloudflare:workers';
import { SignJWT } from 'jose';
import { z } from 'zod';
import { login } from '#accounts/login.ts';
import { createAccount } from '#accounts/manage-accounts.ts';
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

/** Makes an account of its own for a test and signs it in. */
export async function newUser({ role = 'user' as const }: { role?: 'admin' | 'user' } = {}) {
  const username = `u-${randomUUID().slice(0, 8)}`;
  const password = 'correct horse';
  const created = await createAccount({ username, password, role, full_name: 'Some One' }, accountDeps());
  if (!created.ok) throw new Error('the name is taken');
  const signedIn = await login({ username, password, address: username }, accountDeps());
  if (!signedIn.ok) throw new Error(signedIn.problem.reason);
  const { access, refresh } = signedIn.value.tokens;
  return { id: created.value.id, username, password, token: access, refresh, user: signedIn.value.user };
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
