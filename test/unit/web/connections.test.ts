import { expect, test } from 'vitest';
import type { LinkedIdentity } from '#protocol/link.ts';
import { fail, succeed } from '#lib/result.ts';
import { createConnections } from '#web/core/connections.ts';
import { linkedAda } from '#test/support/fake-connections.ts';

type ConnectionsApi = Parameters<typeof createConnections>[0];

const refused = fail({ kind: 'refused', status: 500, message: null } as const);

function setUp(more: Partial<ConnectionsApi> = {}) {
  let identities: LinkedIdentity[] = [];
  const connections = createConnections({
    identities: async () => succeed({ identities }),
    makeLinkCode: async () => succeed({ code: 'KX7P-2M41', expires_at: '2026-11-01T08:10:00.000Z' }),
    previewLinkCode: async () => fail({ kind: 'missing' }),
    enterLinkCode: async () => fail({ kind: 'missing' }),
    unlink: async () => refused,
    mcpServers: async () => refused,
    mcpSignIn: async () => refused,
    mcpSignOut: async () => refused,
    ...more,
  });
  return { connections, link: (...all: LinkedIdentity[]) => (identities = all) };
}

test('a code is spent by the first new link, also of somebody who was linked before', async () => {
  const { connections, link } = setUp();
  link(linkedAda);
  expect(await connections.loadIdentities()).toEqual([]);
  await connections.makeCode();
  expect(await connections.loadIdentities()).toEqual([]);
  expect(connections.code.get()?.code).toBe('KX7P-2M41');
  const again = { ...linkedAda, linked_at: '2026-11-01T08:05:00.000Z' };
  link(again);
  expect(await connections.loadIdentities()).toEqual([again]);
  expect(connections.code.get()).toBe(null);
});

test('of answers that cross, the last one asked for counts', async () => {
  const waiting: ((identities: LinkedIdentity[]) => void)[] = [];
  const { connections } = setUp({
    identities: () =>
      new Promise((resolve) => waiting.push((identities) => resolve(succeed({ identities })))),
  });
  const loads = [connections.loadIdentities(), connections.loadIdentities()];
  waiting[1]?.([linkedAda]);
  waiting[0]?.([]);
  await Promise.all(loads);
  expect(connections.identities.get()).toEqual({ state: 'ready', list: [linkedAda] });
});

test('a link that is gone already counts as ended', async () => {
  const { connections } = setUp({ unlink: async () => fail({ kind: 'missing' }) });
  expect(await connections.unlink('i1')).toBe(true);
  expect(await setUp().connections.unlink('i1')).toBe(false);
});

test.each([
  { name: 'https', url: 'https://a.b/c', start: { url: 'https://a.b/c' } },
  { name: 'http', url: 'http://localhost:7001/c', start: { url: 'http://localhost:7001/c' } },
  { name: 'a script', url: 'javascript:alert(1)', start: { problem: null } },
  { name: 'no address', url: 'https://[', start: { problem: null } },
])('a sign-in begins at a web address only: $name', async ({ url, start }) => {
  const { connections } = setUp({ mcpSignIn: async () => succeed({ url }) });
  expect(await connections.signIn('x')).toEqual(start);
});
