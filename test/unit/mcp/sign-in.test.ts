import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { authFetch } from '#mcp/auth-fetch.ts';
import { SignInNeeded } from '#mcp/mcp-problem.ts';
import { RemoteLink } from '#mcp/remote-link.ts';
import { toRemoteServer } from '#mcp/remote-server.ts';
import { finishSignIn, type SignInDeps } from '#mcp/sign-in.ts';
import { startFakeMcpServer, type FakeMcpServer } from '#test/support/fake-mcp-server.ts';
import { MemorySignIns } from '#test/support/memory-sign-ins.ts';

let fake: FakeMcpServer;
beforeAll(async () => {
  fake = await startFakeMcpServer();
});
afterAll(() => fake.close());

/** Set: the authorization server cannot be reached. */
let isDown = false;

async function signedIn() {
  const server = toRemoteServer('private', { url: `${fake.url}/oauth` });
  const store = new MemorySignIns();
  const deps: SignInDeps = {
    store,
    fetch: (url, init) =>
      isDown && String(url).endsWith('/token') ? Promise.reject(new TypeError('down')) : fetch(url, init),
    secretOf: () => undefined,
    publicUrl: 'http://localhost:7001',
    metadataUrl: undefined,
  };
  const open = () => new RemoteLink(server, { ...deps, signIns: () => Promise.resolve(deps) });
  const asked: unknown = await open()
    .listTools()
    .catch((error: unknown) => error);
  if (!(asked instanceof SignInNeeded)) throw new Error('it did not ask for a sign-in');
  expect(asked.challenge.scope).toBe('read');
  const address = await open().signInAddress(asked.challenge);
  const started = store.starts.get(address.slice(address.lastIndexOf('/') + 1));
  if (started === undefined) throw new Error('nothing was started');
  const back = await fetch(started.authorizationUrl, { redirect: 'manual' });
  const code = new URL(back.headers.get('location') ?? '').searchParams.get('code') ?? '';
  await finishSignIn(server, started, { code }, deps);
  const expire = () => fetch(`${fake.url}/control/expire`);
  return { server, store, deps, open, started, code, expire };
}

const lists = (link: RemoteLink) => link.listTools().then(({ length }) => length);

test('sessions that renew at the same time, with a refresh token that counts once, all go on', async () => {
  const { open, expire } = await signedIn();
  expect(await lists(open())).toBe(10);
  await expire();
  const results = await Promise.allSettled([open(), open(), open()].map(lists));
  // Who was slower may have to try again, but nobody is signed out
  expect(results.some(({ status }) => status === 'fulfilled')).toBe(true);
  expect(await lists(open())).toBe(10);
});

test('a renewal that fails for a moment does not sign the user out', async () => {
  const { open, expire } = await signedIn();
  await expire();
  isDown = true;
  await expect(open().listTools()).rejects.toThrow(
    'The sign-in at the MCP server private could not be renewed just now. Try again in a minute.',
  );
  isDown = false;
  expect(await lists(open())).toBe(10);
});

test('a sign-in is worth nothing for another address', async () => {
  const { store, deps } = await signedIn();
  const moved = toRemoteServer('private', { url: `${fake.url}/oauth?moved` });
  const link = new RemoteLink(moved, { ...deps, signIns: () => Promise.resolve(deps) });
  await expect(link.listTools()).rejects.toBeInstanceOf(SignInNeeded);
  expect(store.signIns.size).toBe(1);
});

test('a code counts once, and for its own verifier', async () => {
  const { server, deps, started, code } = await signedIn();
  await expect(finishSignIn(server, started, { code }, deps)).rejects.toThrow(
    'The sign-in at the MCP server private failed.',
  );
});

test('a code that another server gave is sent to nobody', async () => {
  const { server, deps, started } = await signedIn();
  const sent = vi.spyOn(deps, 'fetch');
  await expect(
    finishSignIn(server, started, { code: 'x', iss: 'https://evil.example' }, deps),
  ).rejects.toThrow('The sign-in at the MCP server private failed.');
  expect(sent).not.toHaveBeenCalled();
});

test('the tokens of a sign-in are known as secrets', async () => {
  const { open, store } = await signedIn();
  const { tokens } = store.signIns.get('private')?.memory ?? {};
  expect(tokens?.access_token).toMatch(/^access-/);
  expect(await open().secrets()).toEqual([tokens?.access_token, tokens?.refresh_token]);
});

test('a server with an authorization of its own never asks users', async () => {
  const { deps } = await signedIn();
  const keyed = toRemoteServer('private', {
    url: `${fake.url}/oauth`,
    headers: { Authorization: 'Bearer x' },
  });
  const link = new RemoteLink(keyed, { ...deps, signIns: () => Promise.resolve(deps) });
  await expect(link.listTools()).rejects.toThrow(
    'The MCP server private refused the access it was given (status 401). Whoever set it up has to look at its headers.',
  );
});

test.each([
  { leadsTo: '10.0.0.1', is: 'refused' },
  { leadsTo: '93.184.215.14', is: 'asked' },
])('a public name that leads to $leadsTo is $is', async ({ leadsTo, is }) => {
  const asked: string[] = [];
  const fetching = authFetch(
    toRemoteServer('private', { url: 'https://mcp.example/' }),
    async (url) => {
      asked.push(new URL(url).host);
      const isA = String(url).endsWith('type=A');
      return Response.json({ Status: 0, Answer: isA ? [{ type: 1, data: leadsTo }] : [] });
    },
    new AbortController().signal,
  );
  const outcome = fetching('https://auth.example/token').then(
    () => 'asked',
    () => 'refused',
  );
  expect(await outcome).toBe(is);
  expect(asked.includes('auth.example')).toBe(is === 'asked');
});
