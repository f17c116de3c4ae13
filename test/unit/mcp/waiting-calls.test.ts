import { afterAll, beforeAll, expect, test } from 'vitest';
import { createConnections } from '#lib/connections.ts';
import { RemoteLink } from '#mcp/remote-link.ts';
import { toRemoteServer } from '#mcp/remote-server.ts';
import { startFakeMcpServer, type FakeMcpServer } from '#test/support/fake-mcp-server.ts';

let fake: FakeMcpServer;
beforeAll(async () => {
  fake = await startFakeMcpServer();
});
afterAll(() => fake.close());

const never = new AbortController().signal;

test('a call that waits for a connection and is given up, by the user or for its time, is never sent', async () => {
  const { toolFetch } = createConnections(fetch);
  const path = `/json?${crypto.randomUUID()}`;
  const link = new RemoteLink(toRemoteServer('fake', { url: `${fake.url}${path}`, timeout_seconds: 1 }), {
    fetch: toolFetch,
    secretOf: () => undefined,
    signIns: () => Promise.resolve(undefined),
  });
  await link.listTools();
  const calls = () => fake.requests.filter((each) => each.path === path && each.rpc === 'tools/call').length;

  // These take all connections for tools
  const leave = new AbortController();
  const pages = Array.from({ length: 3 }, () => toolFetch(`${fake.url}/dead`, { signal: leave.signal }));
  const stop = new AbortController();
  const stopped = link.callTool('send.mail', { text: 'stopped' }, stop.signal);
  const late = link.callTool('send.mail', { text: 'late' }, never);
  stop.abort();
  await expect(stopped).rejects.toThrow();
  await expect(late).rejects.toThrow('did not answer within 1 seconds');
  expect(calls()).toBe(0);

  leave.abort();
  await Promise.allSettled(pages);
  expect(await link.callTool('echo', { text: 'after' }, never)).toMatchObject({
    content: [{ type: 'text', text: 'echo: after' }],
  });
  expect(calls()).toBe(1);
  await link.close();
});
