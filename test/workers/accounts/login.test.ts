import { env } from 'cloudflare:workers';
import { expect, test, vi } from 'vitest';
import { ensureDefaultUsers } from '#accounts/default-users.ts';
import { login } from '#accounts/login.ts';
import { changeAccount, listAccounts } from '#accounts/manage-accounts.ts';
import { fitsPassword } from '#protocol/account.ts';
import { Settings } from '#protocol/settings.ts';
import { accountDeps, fixedClock, newUser } from '../../support/workers/accounts.ts';

// Each real password hash takes a third of a second, on an idle machine
vi.setConfig({ testTimeout: 30_000 });

const outcome = async (username: string, password: string, address: string, deps = accountDeps()) => {
  const result = await login({ username, password, address }, deps);
  return result.ok ? result.value.user : result.problem;
};
const wrong = { reason: 'wrong_credentials' };

test('the first login creates the default users, also when several come at once', async () => {
  const logins = ['admin', 'tester'].map((name) => outcome(name, `${name}-password`, `first ${name}`));
  expect(await Promise.all(logins)).toMatchObject([
    { username: 'admin', role: 'admin', full_name: 'Administrator' },
    { username: 'tester', role: 'user', full_name: 'Test User' },
  ]);
  const names = (await listAccounts(accountDeps())).map((account) => account.username);
  expect(names).toEqual(['admin', 'tester']);
});

test('a default user keeps the password it has, whatever the environment says later', async () => {
  const settings = { ...Settings.parse(env), CLI_TESTER_PASSWORD: 'a newer one' };
  const deps = { ...accountDeps(), settings };
  await ensureDefaultUsers(deps);
  expect([
    await outcome('tester', 'a newer one', 'later', deps),
    await outcome('tester', 'tester-password', 'later', deps),
  ]).toMatchObject([wrong, { username: 'tester' }]);
});

test('a login is noted on the account, in UTC', async () => {
  const user = await newUser();
  const deps = accountDeps(fixedClock(Date.UTC(2030, 0, 2, 3, 4, 5, 6)));
  await outcome(user.username, user.password, 'noted', deps);
  const account = (await listAccounts(deps)).find(({ id }) => id === user.id);
  expect(account?.last_login).toBe('2030-01-02T03:04:05.006Z');
});

test('unknown user, wrong password, disabled account and over-long password look the same', async () => {
  const user = await newUser();
  const disabled = await newUser();
  await changeAccount(disabled.id, { changes: { is_active: false }, self: 'other' }, accountDeps());
  expect([
    await outcome('nobody-here', 'x', 'same'),
    await outcome(user.username, 'wrong', 'same'),
    await outcome(user.username, '', 'same'),
    await outcome(disabled.username, disabled.password, 'same'),
    await outcome("' OR 1=1 --", 'x', 'same'),
    await outcome(user.username, 'x'.repeat(100_000), 'same'),
  ]).toEqual([wrong, wrong, wrong, wrong, wrong, wrong]);
});

test('a password is never matched by its first 72 bytes alone', async () => {
  const user = await newUser();
  const password = 'p'.repeat(72);
  await changeAccount(user.id, { changes: { password }, self: 'other' }, accountDeps());
  expect([
    await outcome(user.username, `${password}tail`, 'long'),
    await outcome(user.username, password, 'long'),
  ]).toMatchObject([wrong, { username: user.username }]);
});

test.each([
  { name: '72 letters', password: 'a'.repeat(72), fits: true },
  { name: '73 letters', password: 'a'.repeat(73), fits: false },
  { name: '36 letters of two bytes', password: 'ä'.repeat(36), fits: true },
  { name: '37 letters of two bytes', password: 'ä'.repeat(37), fits: false },
])('$name: $fits', ({ password, fits }) => {
  expect(fitsPassword(password)).toBe(fits);
});

test('hashes made by other programs are accepted', async () => {
  const user = await newUser();
  expect(user.passwordHash).toMatch(/^\$2b\$04\$/);
  expect([
    await outcome(user.username, 'password', 'other'),
    await outcome(user.username, 'Password', 'other'),
  ]).toMatchObject([{ username: user.username }, wrong]);
});

test('a password set here is one that other programs can check', async () => {
  const user = await newUser();
  await changeAccount(user.id, { changes: { password: 'a new one' }, self: 'other' }, accountDeps());
  expect(await outcome(user.username, 'a new one', 'other')).toMatchObject({ username: user.username });
  const hash = await env.DB.prepare('SELECT password_hash FROM user WHERE id = ?').bind(user.id).first();
  expect(hash).toEqual({ password_hash: expect.stringMatching(/^\$2b\$12\$.{53}$/) });
});

const minute = 60_000;
const start = Date.UTC(2031, 0, 1);

test('the eleventh attempt at a user from one address waits until 15 minutes after the first', async () => {
  const user = await newUser();
  const clock = fixedClock(start);
  const attempt = (password: string, address = '192.0.2.1') =>
    outcome(user.username, password, address, accountDeps(clock));
  for (let n = 0; n < 10; n++) expect(await attempt('wrong')).toEqual(wrong);
  expect(await attempt(user.password)).toEqual({ reason: 'too_many_attempts', minutes: 15 });
  clock.at += 5 * minute + 1;
  expect(await attempt(user.password)).toEqual({ reason: 'too_many_attempts', minutes: 10 });
  expect(await attempt(user.password, '192.0.2.2')).toMatchObject({ username: user.username });
  clock.at = start + 15 * minute - 1;
  expect(await attempt(user.password)).toEqual({ reason: 'too_many_attempts', minutes: 1 });
  clock.at = start + 15 * minute;
  expect(await attempt(user.password)).toMatchObject({ username: user.username });
});

test('attempts sent all at once are counted all the same', async () => {
  const user = await newUser();
  const deps = accountDeps(fixedClock(start));
  const results = await Promise.all(
    Array.from({ length: 30 }, () => outcome(user.username, 'wrong', '192.0.2.3', deps)),
  );
  expect(
    results.filter((result) => 'reason' in result && result.reason === 'wrong_credentials'),
  ).toHaveLength(10);
});

test('another spelling of the name is no new try', async () => {
  const user = await newUser();
  const deps = accountDeps(fixedClock(start));
  for (let n = 0; n < 10; n++) await outcome(user.username.toUpperCase(), 'wrong', '192.0.2.4', deps);
  expect(await outcome(user.username, user.password, '192.0.2.4', deps)).toMatchObject({
    reason: 'too_many_attempts',
  });
});

test('a success clears the failures before it', async () => {
  const user = await newUser();
  const deps = accountDeps(fixedClock(start));
  const attempt = (password: string) => outcome(user.username, password, '192.0.2.5', deps);
  for (let n = 0; n < 9; n++) await attempt('wrong');
  expect(await attempt(user.password)).toMatchObject({ username: user.username });
  for (let n = 0; n < 10; n++) expect(await attempt('wrong')).toEqual(wrong);
  expect(await attempt('wrong')).toMatchObject({ reason: 'too_many_attempts' });
});

test('an address has 50 failures over all names, and one good account does not wash it clean', async () => {
  const user = await newUser();
  const deps = accountDeps(fixedClock(start));
  const address = '192.0.2.6';
  const names = await Promise.all(Array.from({ length: 10 }, () => newUser()));
  for (const { username } of names) {
    for (let n = 0; n < 5; n++) expect(await outcome(username, 'wrong', address, deps)).toEqual(wrong);
    if (username !== names.at(-1)?.username) await outcome(user.username, user.password, address, deps);
  }
  expect(await outcome(user.username, user.password, address, deps)).toMatchObject({
    reason: 'too_many_attempts',
  });
});

test('counted attempts do not stay in the database', async () => {
  const count = () => env.DB.prepare('SELECT count(*) AS n FROM login_attempt').first('n');
  const clock = fixedClock(Date.UTC(2040, 0, 1));
  await outcome('nobody', 'x', '192.0.2.7', accountDeps(clock));
  expect(await count()).toBe(2);
  clock.at += 60 * minute;
  await outcome('nobody', 'x', '192.0.2.8', accountDeps(clock));
  expect(await count()).toBe(2);
});
