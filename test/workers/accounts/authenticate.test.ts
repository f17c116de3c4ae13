import { randomUUID } from 'node:crypto';
import { env } from 'cloudflare:workers';
import { beforeAll, expect, test } from 'vitest';
import { authenticate } from '#accounts/authenticate.ts';
import { changeAccount } from '#accounts/manage-accounts.ts';
import { revokeToken } from '#accounts/revoke-token.ts';
import { Settings } from '#protocol/settings.ts';
import { accountDeps, claimsOf, fixedClock, mintToken, newUser } from '../../support/workers/accounts.ts';

let someone: Awaited<ReturnType<typeof newUser>>;
beforeAll(async () => {
  someone = await newUser();
});

const now = () => Math.floor(Date.now() / 1000);
const problemOf = async (token: string, deps = accountDeps()) => {
  const result = await authenticate(token, deps);
  return result.ok ? null : result.problem.reason;
};

test('an issued token speaks for its user', async () => {
  const claims = claimsOf(someone.token);
  expect(await authenticate(someone.token, accountDeps())).toEqual({
    ok: true,
    value: {
      ...someone.user,
      jti: claims['jti'],
      iat: claims['iat'],
      expiresAt: Number(claims['exp']) * 1000,
    },
  });
});

test('an issued token carries the claims that other programs read', () => {
  const claims = claimsOf(someone.token);
  expect(claims).toEqual({
    sub: someone.id,
    user_id: someone.id,
    username: someone.username,
    role: 'user',
    full_name: 'Some One',
    type: 'user_identity',
    jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
    iat: expect.any(Number),
    exp: Number(claims['iat']) + 1800,
    iss: 'claude-agent-sdk',
    aud: 'claude-agent-sdk-users',
  });
  expect(claimsOf(someone.refresh)).toMatchObject({ type: 'refresh', username: someone.username });
});

test.each([
  { name: 'minted elsewhere', claims: {}, problem: null },
  { name: 'of type access, with a username', claims: { type: 'access' }, problem: null },
  { name: '55 seconds past its end', claims: { exp: now() - 55 }, problem: null },
  { name: 'two minutes past its end', claims: { exp: now() - 120 }, problem: 'expired' },
  { name: 'a refresh token', claims: { type: 'refresh' }, problem: 'wrong_type' },
  { name: 'of an unknown type', claims: { type: 'download' }, problem: 'wrong_type' },
  { name: 'without type', claims: { type: undefined }, problem: 'invalid' },
  { name: 'without jti', claims: { jti: undefined }, problem: 'invalid' },
  { name: 'without end', claims: { exp: undefined }, problem: 'invalid' },
  { name: 'of another issuer', claims: { iss: 'someone-else' }, problem: 'invalid' },
  { name: 'for another audience', claims: { aud: 'others' }, problem: 'invalid' },
  { name: 'without username', claims: { username: undefined }, problem: 'missing_username' },
  { name: 'with an empty username', claims: { username: '' }, problem: 'missing_username' },
  { name: 'with a number as username', claims: { username: 7 }, problem: 'invalid' },
  { name: 'of a user that does not exist', claims: { username: 'nobody-here' }, problem: 'unknown_user' },
  { name: 'of a path', claims: { username: '../admin' }, problem: 'unknown_user' },
])('a token $name: $problem', async ({ claims, problem }) => {
  const token = await mintToken({ username: someone.username, ...claims });
  expect(await problemOf(token)).toBe(problem);
});

test('the leeway is 60 seconds, to the second', async () => {
  const exp = 2_000_000_000;
  const token = await mintToken({ username: someone.username, exp });
  const at = (seconds: number) => problemOf(token, accountDeps(fixedClock((exp + seconds) * 1000)));
  expect([await at(59), await at(60)]).toEqual([null, 'expired']);
});

test.each([
  { name: 'nothing', token: '' },
  { name: 'no token', token: 'hello' },
  { name: 'three parts of nonsense', token: 'a.b.c' },
  { name: 'a token with "none" as its algorithm', token: `${btoa('{"alg":"none"}')}.${btoa('{}')}.` },
])('$name is invalid', async ({ token }) => {
  expect(await problemOf(token)).toBe('invalid');
});

test('a token signed with another secret, or changed by one character, is invalid', async () => {
  const foreign = await mintToken({ username: someone.username }, { secret: 'f'.repeat(64) });
  const [head, payload, signature] = someone.token.split('.');
  const forged = Buffer.from(JSON.stringify({ ...claimsOf(someone.token), role: 'admin' })).toString(
    'base64url',
  );
  expect([
    await problemOf(foreign),
    await problemOf(`${head}.${forged}.${signature}`),
    await problemOf(`${head}.${payload}`),
  ]).toEqual(['invalid', 'invalid', 'invalid']);
});

test('role and name are those of the users table, not those of the token', async () => {
  const token = await mintToken({
    username: someone.username,
    role: 'admin',
    full_name: 'Root',
    sub: 'admin-id',
  });
  expect(await authenticate(token, accountDeps())).toMatchObject({ ok: true, value: someone.user });
});

test('a token spells the name as it likes, the user keeps the stored spelling', async () => {
  const token = await mintToken({ username: someone.username.toUpperCase() });
  expect(await authenticate(token, accountDeps())).toMatchObject({
    ok: true,
    value: { username: someone.username },
  });
});

test('what happens to a user counts at once', async () => {
  const user = await newUser();
  const change = (changes: object) => changeAccount(user.id, { changes, self: 'other' }, accountDeps());
  const result = async () => {
    const outcome = await authenticate(user.token, accountDeps());
    return outcome.ok ? outcome.value.role : outcome.problem.reason;
  };
  const seen = [await result()];
  await change({ role: 'admin' });
  seen.push(await result());
  await change({ role: 'user' });
  seen.push(await result());
  await change({ is_active: false });
  seen.push(await result());
  await change({ is_active: true });
  seen.push(await result());
  await revokeToken(user.token, accountDeps());
  seen.push(await result());
  expect(seen).toEqual(['user', 'admin', 'user', 'disabled', 'user', 'revoked']);
});

test('a new password ends what the old one opened, and nothing newer', async () => {
  const user = await newUser();
  const later = fixedClock(Date.now() + 5000);
  await changeAccount(user.id, { changes: { password: 'another one' }, self: 'other' }, accountDeps(later));
  const newer = await mintToken({ username: user.username, iat: Math.floor(later.at / 1000) });
  expect([await problemOf(user.token), await problemOf(user.refresh), await problemOf(newer)]).toEqual([
    'revoked',
    'wrong_type',
    null,
  ]);
});

test('at most one statement goes to the database', async () => {
  const { db, statements } = counting(env.DB);
  await authenticate(someone.token, { ...accountDeps(), db });
  const forUser = statements();
  await authenticate(await mintToken({ username: someone.username, type: 'refresh' }), {
    ...accountDeps(),
    db,
  });
  expect([forUser, statements()]).toEqual([1, 1]);
});

test('without an API key nothing verifies', async () => {
  const settings = { ...Settings.parse(env), API_KEY: undefined };
  expect(await problemOf(someone.token, { ...accountDeps(), settings })).toBe('not_configured');
});

test('revoking what is no token of ours changes nothing', async () => {
  await revokeToken('nonsense', accountDeps());
  await revokeToken(await mintToken({ jti: randomUUID() }, { secret: 'x' }), accountDeps());
  expect(await problemOf(someone.token)).toBe(null);
});

test('revocations are forgotten when their token would be refused for its age', async () => {
  const start = 3_000_000_000_000;
  const jti = randomUUID();
  const exp = start / 1000 + 100;
  await revokeToken(await mintToken({ jti, exp }), accountDeps(fixedClock(start)));
  const left = async (at: number) => {
    const other = await mintToken({ exp: at / 1000 + 100 });
    await revokeToken(other, accountDeps(fixedClock(at)));
    return env.DB.prepare('SELECT count(*) AS n FROM revoked_token WHERE jti = ?').bind(jti).first('n');
  };
  expect([await left((exp + 59) * 1000), await left((exp + 61) * 1000)]).toEqual([1, 0]);
});

function counting(real: D1Database): { db: D1Database; statements: () => number } {
  let count = 0;
  const db = new Proxy(real, {
    get(target, property) {
      if (property === 'prepare') {
        return (query: string) => {
          count += 1;
          return target.prepare(query);
        };
      }
      const value: unknown = Reflect.get(target, property);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { db, statements: () => count };
}
