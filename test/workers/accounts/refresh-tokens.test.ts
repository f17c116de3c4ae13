import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { authenticate } from '#accounts/authenticate.ts';
import { changeAccount } from '#accounts/manage-accounts.ts';
import { refreshTokens } from '#accounts/refresh-tokens.ts';
import { revokeToken } from '#accounts/revoke-token.ts';
import { accountDeps, claimsOf, fixedClock, mintToken, newUser } from '../../support/workers/accounts.ts';

const grace = { graceMs: 10_000 };

const refresh = async (token: string, deps = accountDeps(), options = { graceMs: 0 }) => {
  const result = await refreshTokens(token, deps, options);
  return result.ok ? 'refreshed' : result.problem.reason;
};

test('a refreshed login is a login again, and so is the next', async () => {
  const user = await newUser();
  let token = user.refresh;
  for (let round = 0; round < 3; round++) {
    const result = await refreshTokens(token, accountDeps());
    if (!result.ok) throw new Error(result.problem.reason);
    expect(result.value).toMatchObject({ subject: user.id, user: user.user });
    expect(claimsOf(result.value.tokens.access)).toMatchObject({
      type: 'user_identity',
      ...identity(user.user),
    });
    expect(claimsOf(result.value.tokens.refresh)).toMatchObject({ type: 'refresh', ...identity(user.user) });
    expect(await authenticate(result.value.tokens.access, accountDeps())).toMatchObject({ ok: true });
    token = result.value.tokens.refresh;
  }
});

test('role and name are carried over as they are now', async () => {
  const user = await newUser({ role: 'admin' });
  const changes = { role: 'user' as const, full_name: 'Renamed' };
  await changeAccount(user.id, { changes, self: 'other' }, accountDeps());
  const result = await refreshTokens(user.refresh, accountDeps());
  expect(result.ok && claimsOf(result.value.tokens.access)).toMatchObject({
    role: 'user',
    full_name: 'Renamed',
  });
});

test('tokens of the API key stay tokens of the API key', async () => {
  const token = await mintToken({ type: 'refresh', sub: 'key-user' });
  const result = await refreshTokens(token, accountDeps());
  if (!result.ok) throw new Error(result.problem.reason);
  const claims = claimsOf(result.value.tokens.access);
  expect([result.value.subject, claims['type'], claims['sub'], claims['username']]).toEqual([
    'key-user',
    'access',
    'key-user',
    undefined,
  ]);
});

test('a token is exchanged once, by one of those who try at once', async () => {
  const user = await newUser();
  const tries = await Promise.all(Array.from({ length: 8 }, () => refresh(user.refresh)));
  expect(tries.sort()).toEqual(['refreshed', ...Array<string>(7).fill('revoked')].sort());
  expect(await refresh(user.refresh)).toBe('revoked');
});

test('within the grace a second tab gets its tokens too, and nobody after it', async () => {
  const user = await newUser();
  const clock = fixedClock(Date.now());
  const at = (ms: number) => accountDeps({ now: () => clock.at + ms });
  expect([
    ...(await Promise.all([refresh(user.refresh, at(0), grace), refresh(user.refresh, at(0), grace)])),
    await refresh(user.refresh, at(9999), grace),
    await refresh(user.refresh, at(10_000), grace),
    await refresh(user.refresh, at(0)),
  ]).toEqual(['refreshed', 'refreshed', 'refreshed', 'revoked', 'revoked']);
});

test('a logout knows no grace', async () => {
  const [rotated, fresh] = [await newUser(), await newUser()];
  await refresh(rotated.refresh, accountDeps(), grace);
  await revokeToken(rotated.refresh, accountDeps());
  await revokeToken(fresh.refresh, accountDeps());
  expect([
    await refresh(rotated.refresh, accountDeps(), grace),
    await refresh(fresh.refresh, accountDeps(), grace),
  ]).toEqual(['revoked', 'revoked']);
});

test('an exchanged refresh token is no access token either', async () => {
  const user = await newUser();
  await refresh(user.refresh);
  expect(await authenticate(user.refresh, accountDeps())).toMatchObject({
    problem: { reason: 'wrong_type' },
  });
});

test.each([
  { name: 'an identity token', claims: { type: 'user_identity' }, problem: 'wrong_type' },
  { name: 'an expired one', claims: { type: 'refresh', exp: 1000 }, problem: 'expired' },
  {
    name: 'one of an unknown user',
    claims: { type: 'refresh', username: 'nobody-here' },
    problem: 'unknown_user',
  },
])('$name is not exchanged: $problem', async ({ claims, problem }) => {
  expect(await refresh(await mintToken({ jti: randomUUID(), ...claims }))).toBe(problem);
});

test('a disabled user gets nothing', async () => {
  const user = await newUser();
  await changeAccount(user.id, { changes: { is_active: false }, self: 'other' }, accountDeps());
  expect(await refresh(user.refresh)).toBe('disabled');
});

const identity = (user: { id: string; username: string; role: string; full_name: string }) => ({
  sub: user.id,
  user_id: user.id,
  username: user.username,
  role: user.role,
  full_name: user.full_name,
});
