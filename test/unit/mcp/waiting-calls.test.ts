import { afterAll, beforeAll, expect, test } from 'vitest';
import { createConnections } from '#lib/connections.ts';
import { NotTaken } from '#mcp/mcp-problem.ts';
import { RemoteLink } from '#mcp/remote-link.ts';
import { toRemoteServer } from '#mcp/remote-server.ts';
import { startFakeMcpServer, type FakeMcpServer } from '#test/support/fake-mcp-server.ts';

let fake: FakeMcpServer;
beforeAll(async () => {
  fake = await startFakeMcpServer();
});
afterAll(() => fake.close());

const never = new AbortController().signal;

function open(kind: string, toolFetch: typeof fetch) {
  const path = `/${kind}?${crypto.randomUUID()}`;
  const link = new RemoteLink(toRemoteServer('fake', { url: `${fake.url}${path}`, timeout_seconds: 1 }), {
    fetch: toolFetch,
    secretOf: () => undefined,
    signIns: () => Promise.resolve(undefined),
  });
  const calls = () => fake.requests.filter((each) => each.path === path && each.rpc === 'tools/call').length;
  return { link, calls };
}

/** Takes all connections for tools. */
function takeAll(toolFetch: typeof fetch) {
  const leave = new AbortController();
  const pages = Array.from({ length: 3 }, () => toolFetch(`${fake.url}/dead`, { signal: leave.signal }));
  return async () => {
    leave.abort();
    await Promise.allSettled(pages);
  };
}

test('a call that waits for a connection has its time still, and one that is given up there was never sent', async () => {
  const { toolFetch } = createConnections(fetch);
  const { link, calls } = open('json', toolFetch);
  await link.listTools();
  const leave = takeAll(toolFetch);
  const stop = new AbortController();
  const stopped = link.callTool('send.mail', { text: 'stopped' }, stop.signal);
  const late = link.callTool('echo', { text: 'late' }, never);
  // More than the second that a call has
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  stop.abort();
  await expect(stopped).rejects.toBeInstanceOf(NotTaken);
  await expect(link.callTool('echo', { text: 'gone' }, stop.signal)).rejects.toBeInstanceOf(NotTaken);
  expect(calls()).toBe(0);
  await leave();
  expect(await late).toMatchObject({ content: [{ type: 'text', text: 'echo: late' }] });
  expect(calls()).toBe(1);
  await link.close();
});

test('a call that was sent has its second, and then nobody knows what became of it', async () => {
  const { toolFetch } = createConnections(fetch);
  const { link, calls } = open('json', toolFetch);
  await link.listTools();
  const called = link.callTool('slow', {}, never);
  await expect(called).rejects.toThrow('did not answer within 1 seconds');
  await expect(called).rejects.toMatchObject({ name: 'EndUnknown' });
  expect(calls()).toBe(1);
  await link.close();
});

test('of ten servers that are asked at once three are silent: the others are heard', async () => {
  const { toolFetch } = createConnections(fetch);
  const silent = [1, 2, 3].map(() => open('dead', toolFetch).link);
  const healthy = [1, 2, 3, 4, 5, 6, 7].map(() => open('mcp', toolFetch).link);
  const lists = await Promise.allSettled([...silent, ...healthy].map((link) => link.listTools()));
  expect(lists.map(({ status }) => status)).toEqual([
    ...Array<string>(3).fill('rejected'),
    ...Array<string>(7).fill('fulfilled'),
  ]);
  await Promise.all(healthy.map((link) => link.close()));
});
