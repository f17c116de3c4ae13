import { createHash } from 'node:crypto';
import { abortAllDurableObjects, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { zaloTokens } from '#channel/platforms/zalo/zalo-tokens.ts';
import { createApp } from '#http/app.ts';
import { Settings } from '#protocol/settings.ts';
import { origin } from '../../support/workers/accounts.ts';

const OAUTH = 'https://oauth.zalo.example';
const HOUR = 60 * 60 * 1000;

const zalo = {
  ZALO_APP_ID: '123',
  ZALO_APP_SECRET: 'app-secret',
  ZALO_OA_ACCESS_TOKEN: 'access-0',
  ZALO_REFRESH_TOKEN: 'refresh-0',
  ZALO_OAUTH_URL: OAUTH,
};

/** Zalo's sign-in: a refresh token works once, a code too, and only with what its challenge was made of. */
const server = {
  requests: 0,
  /** Of an access token, in seconds. */
  lifetime: '90000',
  refreshTokens: new Set<string>(),
  challenges: new Map<string, string>(),
};

function answer(form: URLSearchParams): unknown {
  server.requests += 1;
  const verifier = createHash('sha256')
    .update(form.get('code_verifier') ?? '')
    .digest('base64url');
  const isGood =
    form.get('grant_type') === 'refresh_token'
      ? server.refreshTokens.delete(form.get('refresh_token') ?? '')
      : server.challenges.get(form.get('code') ?? '') === verifier;
  if (!isGood) return { error: -14014, error_name: 'Invalid' };
  const serial = server.requests;
  server.refreshTokens.add(`refresh-${serial}`);
  return {
    access_token: `access-${serial}`,
    refresh_token: `refresh-${serial}`,
    expires_in: server.lifetime,
  };
}

beforeEach(() => {
  server.requests = 0;
  server.lifetime = '90000';
  server.refreshTokens = new Set(['refresh-0']);
  server.challenges = new Map();
  const real = globalThis.fetch;
  vi.stubGlobal('fetch', async (...[input, init]: Parameters<typeof fetch>) => {
    const request = new Request(input, init);
    if (!request.url.startsWith(OAUTH)) return real(request);
    const form = new URLSearchParams(new TextDecoder().decode(await request.arrayBuffer()));
    await new Promise((resolve) => setTimeout(resolve, 50));
    return Response.json(answer(form));
  });
});
afterEach(() => vi.unstubAllGlobals());

/** An object of its own; what the deployer has set holds until the object goes. */
async function tokenOf(name: string, variables: Readonly<Record<string, string>> = zalo) {
  const object = env.ZALO_TOKEN.getByName(name);
  await runInDurableObject(object, (instance) => Reflect.set(instance, 'env', { ...env, ...variables }));
  return object;
}

const alarmOf = (name: string) =>
  runInDurableObject(env.ZALO_TOKEN.getByName(name), (_, { storage }) => storage.getAlarm());

/** Hours until the alarm. */
const hoursToAlarm = async (name: string) => Math.round((((await alarmOf(name)) ?? 0) - Date.now()) / HOUR);

test('many chats that meet a refused token at the same time cause one request', async () => {
  const object = await tokenOf('many');
  const given = await Promise.all(Array.from({ length: 50 }, () => object.renew('access-0')));
  expect(new Set(given)).toEqual(new Set(['access-1']));
  expect(server.requests).toBe(1);
});

test('the token is renewed by an alarm, hours before it ends', async () => {
  const object = await tokenOf('ahead');
  expect(await object.read()).toBe('access-0');
  await runDurableObjectAlarm(object);
  expect(await object.read()).toBe('access-1');
  expect(await hoursToAlarm('ahead')).toBe(22);
  const state = await object.state();
  expect(state).toMatchObject({ canRenew: true, problem: null });
  expect(Math.round(((state.expiresAt ?? 0) - Date.now()) / HOUR)).toBe(25);
});

test('a token that lives only for an hour is renewed after half of it, and not without end', async () => {
  server.lifetime = '3600';
  const object = await tokenOf('short');
  expect(await object.renew('access-0')).toBe('access-1');
  const minutes = ((await alarmOf('short')) ?? 0) - Date.now();
  expect(Math.round(minutes / 60_000)).toBe(30);
  server.lifetime = '10';
  expect(await object.renew('access-1')).toBe('access-2');
  expect(Math.round((((await alarmOf('short')) ?? 0) - Date.now()) / 1000)).toBeGreaterThan(55);
  expect(server.requests).toBe(2);
});

test('an object that goes after a renewal loses nothing', async () => {
  expect(await (await tokenOf('crash')).renew('access-0')).toBe('access-1');
  await abortAllDurableObjects();
  const object = await tokenOf('crash');
  expect(await object.read()).toBe('access-1');
  expect(await object.renew('access-1')).toBe('access-2');
  expect(server.requests).toBe(2);
});

test('what is stored is not to be read without the key', async () => {
  await (await tokenOf('sealed')).renew('access-0');
  const rows = await runInDurableObject(env.ZALO_TOKEN.getByName('sealed'), (_, { storage }) =>
    JSON.stringify(storage.sql.exec('SELECT * FROM token').toArray()),
  );
  expect(rows).toContain('sealed');
  expect(rows).not.toMatch(/access-|refresh-/);
  await abortAllDurableObjects();
  const other = await tokenOf('sealed', {
    ...zalo,
    ZALO_REFRESH_TOKEN: '',
    ZALO_OA_ACCESS_TOKEN: '',
    API_KEY: 'other',
  });
  expect(await other.state()).toMatchObject({ problem: 'missing' });
});

test('a refusal is told, and tried again by an alarm an hour later', async () => {
  server.refreshTokens.clear();
  const object = await tokenOf('refused');
  expect(await object.renew('access-0')).toBeNull();
  expect(await object.state()).toEqual({ expiresAt: null, canRenew: true, problem: 'refused' });
  expect(await hoursToAlarm('refused')).toBe(1);
});

test('where Zalo is not set up there is no table, no alarm and no keeper', async () => {
  const object = env.ZALO_TOKEN.getByName('nothing');
  expect(await object.read()).toBeNull();
  expect(await object.renew('x')).toBeNull();
  expect(await object.begin()).toBeNull();
  expect(await object.state()).toEqual({ expiresAt: null, canRenew: false, problem: 'missing' });
  expect(await alarmOf('nothing')).toBeNull();
  const tables = await runInDurableObject(object, (_, { storage }) =>
    storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'token'").toArray(),
  );
  expect(tables).toEqual([]);
  expect(zaloTokens(env, Settings.parse(env))).toBeUndefined();
  expect(server.requests).toBe(0);
});

test('an administrator gives new tokens by a link that works once', async () => {
  // The name of the object where no app is set, as in the tests' own settings
  const object = await tokenOf('oa', { ...zalo, ZALO_OA_ACCESS_TOKEN: '', ZALO_REFRESH_TOKEN: '' });
  expect(await object.state()).toMatchObject({ problem: 'missing' });
  const link = new URL((await object.begin()) ?? '');
  const state = link.searchParams.get('state') ?? '';
  expect(`${link.origin}${link.pathname}`).toBe(`${OAUTH}/v4/oa/permission`);
  expect(link.searchParams.get('app_id')).toBe('123');
  expect(link.searchParams.get('redirect_uri')).toMatch(/\/api\/v1\/platforms\/zalo\/oauth\/callback$/);

  const comeBack = async (query: Readonly<Record<string, string>>) => {
    const path = `${origin}/api/v1/platforms/zalo/oauth/callback?${new URLSearchParams(query).toString()}`;
    const response = await exports.default.fetch(path);
    return { status: response.status, text: await response.text() };
  };
  server.challenges.set('code-1', link.searchParams.get('code_challenge') ?? '');
  expect((await comeBack({ code: 'code-1' })).status).toBe(404);
  expect((await comeBack({ state: 'guessed', code: 'code-1' })).status).toBe(404);
  expect(server.requests).toBe(0);
  const done = await comeBack({ state, code: 'code-1', oa_id: '4318657068771012646' });
  expect(done.status).toBe(200);
  expect(done.text).toContain('The Official Account is connected');
  expect(done.text).not.toContain('access-');
  expect((await comeBack({ state, code: 'code-1' })).status).toBe(404);
  expect(await object.read()).toBe('access-1');
  expect(await hoursToAlarm('oa')).toBe(22);

  const second = new URL((await object.begin()) ?? '');
  const refused = await comeBack({ state: second.searchParams.get('state') ?? '', code: 'wrong' });
  expect(refused.status).toBe(400);
  expect(await object.read()).toBe('access-1');
});

test('the file of the domain verification is there for the code that is set, and for no other', async () => {
  const get = async (path: string, code: string) =>
    createApp().request(path, {}, { ...env, ZALO_VERIFICATION: code });
  const found = await get('/zalo_verifierABC.html', 'ABC');
  expect(found.status).toBe(200);
  expect(await found.text()).toContain('<meta name="zalo-platform-site-verification" content="ABC" />');
  expect((await get('/zalo_verifierXYZ.html', 'ABC')).status).toBe(404);
  expect((await get('/zalo_verifier.html', '')).status).toBe(404);
});
