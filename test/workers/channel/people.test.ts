import { expect, test } from 'vitest';
import { mayWrite } from '#channel/admission.ts';
import { accountOf, identify, renameUser } from '#channel/identity.ts';
import { normalizeId } from '#channel/normalize-id.ts';
import { readMappedUsers, type PeopleDeps } from '#channel/people-deps.ts';
import { addWhitelistEntry, isAdmitted, readWhitelist, removeWhitelistEntry } from '#channel/whitelist.ts';
import { platformUsers } from '#accounts/tables.ts';
import { drizzle } from 'drizzle-orm/d1';
import { env } from 'cloudflare:workers';
import type { PlatformName } from '#protocol/platform.ts';
import { newUser, send } from '../../support/workers/accounts.ts';
import { people } from './chat.ts';

test.each([
  ['+1 (415) 555-0100', '14155550100'],
  [' 84907996550 ', '84907996550'],
  ['Jo-Hn@X.com', 'jo-hn@x.com'],
  ['john@x.com', 'john@x.com'],
  ['VN.1234-ab', 'VN.1234-ab'],
  ['123456789', '123456789'],
])('%s is compared as %s', (id, normalized) => {
  expect(normalizeId(id)).toBe(normalized);
});

const who = (id: string, platform: PlatformName = 'whatsapp', otherIds: string[] = []) =>
  ({ platform, id, otherIds, name: null }) as const;
const seeded = (vars: Record<string, string>, mapped: Record<string, string> = {}): PeopleDeps => ({
  ...people(),
  settings: { ...people().settings, ...vars },
  mappedUsers: readMappedUsers(mapped),
});
const username = async (sender: ReturnType<typeof who>, deps = people()) => {
  const found = await identify(sender, deps);
  return found.ok ? found.value.username : found.problem;
};

test.each([
  { platform: 'telegram', id: '123456789', name: 'telegram_15e2b0d3' },
  { platform: 'whatsapp', id: '84907996550', name: 'whatsapp_fe1ba906' },
] as const)('$platform $id is $name, and stays so', async ({ platform, id, name }) => {
  expect(await username(who(id, platform))).toBe(name);
  expect(await username(who(id, platform))).toBe(name);
});

test('two people whose hashes begin alike do not become one', async () => {
  const taken = {
    id: crypto.randomUUID(),
    platform: 'zalo',
    platformUserId: 'someone-else',
    fallbackUsername: 'zalo_15e2b0d3',
  };
  await drizzle(env.DB).insert(platformUsers).values(taken);
  expect(await username(who('123456789', 'zalo'))).toBe('zalo_15e2b0d3_2');
  expect(await username(who('123456789', 'zalo'))).toBe('zalo_15e2b0d3_2');
});

test('the variables seed the whitelist, again and again without harm; what was removed stays removed', async () => {
  const first = seeded({ WHATSAPP_WHITELIST: '+1 415 111, 1-415-222' });
  const admitted = (id: string, deps: PeopleDeps) => isAdmitted({ platform: 'whatsapp', ids: [id] }, deps);
  expect(await admitted('1415111', first)).toBe(true);
  expect(await admitted('1415222', first)).toBe(true);
  expect(await admitted('1415333', first)).toBe(false);
  expect(await username(who('1415111'), first)).toBe('admin');
  const { entries } = await readWhitelist(first);
  const removed = entries.find(({ phone_number }) => phone_number === '+1 415 111');
  expect(removed).toMatchObject({ label: 'Seeded from env (WHATSAPP_WHITELIST)', mapped_username: 'admin' });
  expect(await removeWhitelistEntry(removed?.id ?? '', first)).toBe(true);

  const second = seeded({ WHATSAPP_WHITELIST: '+1 415 111, 1-415-222, 1415333' });
  expect(await admitted('1415111', second)).toBe(false);
  expect(await admitted('+1415333', second)).toBe(true);
  expect(
    (
      await addWhitelistEntry(
        { platform: 'whatsapp', phone_number: '1415111', label: '', mapped_username: '' },
        second,
      )
    ).ok,
  ).toBe(true);
  expect(await admitted('1415111', second)).toBe(true);
});

test('who a variable names is that user, on whichever of their ids; a name that cannot be one is left out', async () => {
  const deps = seeded(
    {},
    { 'PLATFORM_USER_MAP_WHATSAPP_+1 415 777': 'carol', PLATFORM_USER_MAP_WHATSAPP_1415888: '../x' },
  );
  expect(await isAdmitted({ platform: 'whatsapp', ids: ['CC.9', '1415777'] }, deps)).toBe(true);
  expect(await username(who('CC.9', 'whatsapp', ['1415777']), deps)).toBe('carol');
  expect(deps.mappedUsers).toHaveLength(1);
});

test('what a variable said of a seeded entry holds no longer than the variable', async () => {
  const list = { ZALO_WHITELIST: 'z1' };
  const mapped = seeded(list, { PLATFORM_USER_MAP_ZALO_z1: 'carol', PLATFORM_USER_MAP_ZALO_z2: 'dave' });
  const own = { platform: 'zalo', phone_number: 'z3', label: 'mine', mapped_username: 'erin' } as const;
  await addWhitelistEntry(own, mapped);
  const users = async (deps: PeopleDeps) =>
    (await readWhitelist(deps)).entries.flatMap(({ phone_number: id, mapped_username }) =>
      /^z\d$/.test(id) ? [`${id} ${mapped_username}`] : [],
    );
  expect((await users(mapped)).toSorted()).toEqual(['z1 carol', 'z2 dave', 'z3 erin']);
  expect((await users(seeded(list))).toSorted()).toEqual(['z1 admin', 'z3 erin']);
});

test('who is taken out of a variable is withdrawn, unless an administrator has made the entry theirs', async () => {
  const admitted = async (list: string) => {
    const deps = seeded({ TELEGRAM_WHITELIST: list });
    const ids = ['7001', '7002', '7003', '7004'];
    const all = await Promise.all(
      ids.map(async (id) => ((await isAdmitted({ platform: 'telegram', ids: [id] }, deps)) ? [id] : [])),
    );
    return all.flat();
  };
  const entry = (id: string) =>
    ({ platform: 'telegram', phone_number: id, label: '', mapped_username: '' }) as const;
  expect(await admitted('7001, 7002,7003')).toEqual(['7001', '7002', '7003']);
  expect(await admitted('7002,7003')).toEqual(['7002', '7003']);
  // Added by hand, before a variable lists it and after
  expect((await addWhitelistEntry(entry('7004'), people())).ok).toBe(true);
  const both = seeded({ TELEGRAM_WHITELIST: '7003,7004' });
  await readWhitelist(both);
  expect((await addWhitelistEntry(entry('7003'), both)).ok).toBe(true);
  expect((await addWhitelistEntry(entry('7003'), both)).ok).toBe(false);
  expect(await admitted('')).toEqual(['7003', '7004']);
  // Back in the variable, it counts again
  expect(await admitted('7001')).toEqual(['7001', '7003', '7004']);
  // Removed by an administrator, it stays out, however often the variable lists it and lists it not
  const { entries } = await readWhitelist(seeded({ TELEGRAM_WHITELIST: '7001' }));
  await removeWhitelistEntry(entries.find(({ phone_number: id }) => id === '7001')?.id ?? '', people());
  expect(await admitted('7001')).toEqual(['7003', '7004']);
  expect(await admitted('')).toEqual(['7003', '7004']);
  expect(await admitted('7001')).toEqual(['7003', '7004']);
  await addWhitelistEntry(entry('7001'), people());
  expect(await admitted('')).toEqual(['7001', '7003', '7004']);
});

test('an entry of a variable goes with a person to a new id, and ends with the variable; the old id is nobody’s', async () => {
  const listed = seeded({ WHATSAPP_WHITELIST: '1415601' });
  const admitted = (id: string, deps: PeopleDeps) => isAdmitted({ platform: 'whatsapp', ids: [id] }, deps);
  expect(await admitted('1415601', listed)).toBe(true);
  await renameUser('whatsapp', { from: '1415601', to: '1415602' }, listed);
  await readWhitelist(listed);
  expect(await admitted('1415602', listed)).toBe(true);
  expect(await admitted('1415601', listed)).toBe(false);
  const other = seeded({ WHATSAPP_WHITELIST: '1415603' });
  expect(await admitted('1415602', other)).toBe(false);
});

test('who was taken off the list has no linked account any more, though a variable still names one', async () => {
  const { username: account } = await newUser();
  const listed = seeded({ WHATSAPP_WHITELIST: '1415701' }, { PLATFORM_USER_MAP_WHATSAPP_1415701: account });
  expect(await accountOf(who('1415701'), listed)).toBe(account);
  const { entries } = await readWhitelist(listed);
  const entry = entries.find(({ phone_number: id }) => id === '1415701');
  await removeWhitelistEntry(entry?.id ?? '', listed);
  expect(await accountOf(who('1415701'), listed)).toBeNull();
});

test('a disabled account is nobody’s', async () => {
  const user = await newUser();
  await addWhitelistEntry(
    {
      platform: 'whatsapp',
      phone_number: '1415999',
      label: '',
      mapped_username: user.username.toUpperCase(),
    },
    people(),
  );
  expect(await username(who('1415999'))).toBe(user.username);
  const { token } = await newUser({ role: 'admin' });
  await send('PUT', `/api/v1/admin/users/${user.id}`, { token, body: { is_active: false } });
  expect(await username(who('1415999'))).toBe('disabled');
});

test('administrators keep the whitelist; what makes no sense is refused', async () => {
  const { token } = await newUser({ role: 'admin' });
  const post = (body: unknown) => send('POST', '/api/v1/admin/whitelist', { token, body });
  const added = await post({ platform: 'telegram', phone_number: '42 42' });
  const entry = await added.json<{ id: string }>();
  expect(entry).toEqual({
    id: expect.any(String),
    platform: 'telegram',
    phone_number: '42 42',
    label: '',
    mapped_username: '',
    created_at: expect.stringMatching(/Z$/),
  });
  expect((await post({ platform: 'telegram', phone_number: '+4242' })).status).toBe(409);
  expect((await post({ platform: 'signal', phone_number: '1' })).status).toBe(422);
  expect((await post({ platform: 'telegram', phone_number: '1', mapped_username: 'a/b' })).status).toBe(422);
  const toggled = await send('POST', '/api/v1/admin/whitelist/toggle', {
    token,
    body: { platform: 'zalo', enabled: false },
  });
  expect(await toggled.json()).toEqual({ platform: 'zalo', enabled: false });
  const list = await (
    await send('GET', '/api/v1/admin/whitelist', { token })
  ).json<{ enabled: object; entries: object[] }>();
  expect(list.enabled).toEqual({ whatsapp: true, telegram: true, zalo: false, imessage: true });
  expect(list.entries).toContainEqual(entry);
  const remove = () => send('DELETE', `/api/v1/admin/whitelist/${entry.id}`, { token });
  expect(await (await remove()).json()).toEqual({ status: 'deleted' });
  const again = await remove();
  expect({ status: again.status, body: await again.json() }).toEqual({
    status: 404,
    body: { detail: 'Entry not found' },
  });
  expect((await send('GET', '/api/v1/admin/whitelist', { token: (await newUser()).token })).status).toBe(403);
});

test('who may write is remembered for ten seconds, who may not is looked up each time', async () => {
  let now = 1_000_000;
  const deps = { ...people(), clock: { now: () => now } };
  const person = { platform: 'whatsapp' as const, ids: [crypto.randomUUID()] };
  expect(await mayWrite(person, deps)).toBe(false);
  const entry = {
    platform: person.platform,
    phone_number: person.ids[0] ?? '',
    label: '',
    mapped_username: '',
  };
  const added = await addWhitelistEntry(entry, deps);
  expect(await mayWrite(person, deps)).toBe(true);
  await removeWhitelistEntry(added.ok ? added.value.id : '', deps);
  expect(await mayWrite(person, deps)).toBe(true);
  now += 10_000;
  expect(await mayWrite(person, deps)).toBe(false);
});

test('who goes on writing is looked up behind the answer, and waits for it no more', async () => {
  let now = 2_000_000;
  const deps = { ...people(), clock: { now: () => now } };
  const broken = {
    ...deps,
    db: new Proxy(deps.db, {
      get: () => () => {
        throw new Error('no database can be reached');
      },
    }),
  };
  const id = crypto.randomUUID();
  const person = { platform: 'whatsapp' as const, ids: [id] };
  const entry = { platform: person.platform, phone_number: id, label: '', mapped_username: '' };
  const added = await addWhitelistEntry(entry, deps);
  expect(await mayWrite(person, deps)).toBe(true);
  now += 6000;
  expect(await mayWrite(person, deps)).toBe(true);
  // The look behind it, which nobody else notices
  await scheduler.wait(500);
  await removeWhitelistEntry(added.ok ? added.value.id : '', deps);
  now += 6000;
  // Twelve seconds after the first answer only the second one can be remembered
  expect(await mayWrite(person, broken)).toBe(true);
  now += 4000;
  await expect(mayWrite(person, broken)).rejects.toThrow('no database');
  expect(await mayWrite(person, deps)).toBe(false);
});
