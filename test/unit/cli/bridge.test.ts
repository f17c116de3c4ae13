import { mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { CreateMessageRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { readStdioServers } from '#cli/bridge/read-config.ts';
import { CliFailure } from '#cli/failure.ts';
import { run, startCli } from './run-in-process.ts';

const program = join(import.meta.dirname, '../../support/stdio-server.ts');
const TOKEN = 'a-token-of-the-tests';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const Started = z.object({
  servers: z.array(z.object({ name: z.string(), url: z.string() })),
  token: z.string().optional(),
});

/** The command over an `.mcp.json`, on a port of its own. */
async function startBridge(mcpServers: object, { args = ['--token', TOKEN] }: { args?: string[] } = {}) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'edgewise-bridge-')));
  const config = join(folder, '.mcp.json');
  writeFileSync(config, JSON.stringify({ mcpServers }));
  const cli = startCli(['bridge', '--json', '--port', '0', '--config', config, ...args], {
    env: { GIVEN: 'from outside' },
  });
  await Promise.race([
    cli.seen('}\n'),
    cli.code.then((code) => Promise.reject(new Error(`ended with ${code}: ${cli.err()}`))),
  ]);
  ends.push(async () => {
    cli.interrupt();
    await cli.code;
  });
  const { servers, token } = Started.parse(JSON.parse(cli.out()));
  return { ...cli, folder, url: servers[0]?.url ?? '', servers, token };
}

const node = (...args: string[]) => ({ command: process.execPath, args: [program, ...args] });

const Answer = z.object({ content: z.array(z.object({ text: z.string() })) });

async function connect(url: string, token = TOKEN) {
  const client = new Client({ name: 'test', version: '1' }, { capabilities: { sampling: {} } });
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers: { Authorization: `Bearer ${token}` } },
  });
  await client.connect(transport);
  ends.push(() => client.close());
  const call = async (
    name: string,
    words = '',
    onProgress?: (message: string | undefined) => void,
  ): Promise<string> => {
    const answer = await client.callTool({ name, arguments: { words } }, undefined, {
      ...(onProgress && { onprogress: ({ message }) => onProgress(message) }),
    });
    return Answer.parse(answer).content[0]?.text ?? '';
  };
  return { client, transport, call };
}

const pidOf = (said: string): number => Number(/of (\d+)\)/.exec(said)?.[1]);
const lives = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('a program answers over HTTP, with progress, and may ask the client itself', async () => {
  const { url } = await startBridge({ it: node() });
  const { client, call } = await connect(url);
  client.setRequestHandler(CreateMessageRequestSchema, ({ params }) => ({
    model: 'none',
    role: 'assistant',
    content: { type: 'text', text: `you want ${params.systemPrompt}` },
  }));
  expect(client.getServerVersion()).toEqual({ name: 'stdio-server', version: '1' });
  expect((await client.listTools()).tools.map(({ name }) => name)).toContain('say');
  expect(await call('say', 'héllo')).toMatch(/^héllo \(call 1 of \d+\)$/);
  const progress: unknown[] = [];
  expect(await call('progress', 'a cake', (message) => progress.push(message))).toBe('a cake');
  expect(progress).toEqual(['half of a cake']);
  expect(await call('sample', 'tea')).toBe('{"type":"text","text":"you want tea"}');
});

test('each client has a program of its own, and a client that leaves takes it along', async () => {
  const { url } = await startBridge({ it: node() });
  const clients = await Promise.all([connect(url), connect(url), connect(url)]);
  const said = await Promise.all(clients.map(({ call }, index) => call('say', `n${index}`)));
  expect(said.map((text) => text.replace(/\d+\)/, 'pid)'))).toEqual([
    'n0 (call 1 of pid)',
    'n1 (call 1 of pid)',
    'n2 (call 1 of pid)',
  ]);
  const pids = said.map(pidOf);
  expect(new Set(pids).size).toBe(3);
  await clients[0]?.transport.terminateSession();
  await expect.poll(() => pids.map(lives), { timeout: 5000 }).toEqual([false, true, true]);
  expect(await clients[1]?.call('say', 'still')).toMatch(/^still \(call 2/);
});

test('a program that crashes: its call fails in words, it runs again, and the client goes on', async () => {
  const { url, err } = await startBridge({ it: node() });
  const { call } = await connect(url);
  const first = pidOf(await call('say'));
  await expect(call('crash')).rejects.toThrow(
    'The MCP server "it" ended unexpectedly while it worked on this, and is being started again. Try again.',
  );
  await expect(call('say')).rejects.toThrow(
    'The MCP server "it" ended unexpectedly and is being started again. Try again in a moment.',
  );
  const again = () => call('say', 'back').catch(() => '');
  await expect.poll(again, { timeout: 5000 }).toMatch(/^back \(call 1/);
  expect(pidOf(await call('say'))).not.toBe(first);
  expect(err()).toContain('[it] I fall over');
  expect(err()).toContain('it ended unexpectedly; starting it again in 0.25 s');
  expect(err()).toContain('it runs again');
});

test.each([
  [
    'is not there',
    { command: '/nowhere/at-all' },
    /cannot be started: is the command "\/nowhere\/at-all" installed/,
  ],
  ['ends at once', node('fails'), /"it" ended before it was ready/],
])('a program that %s: who connects is told', async (_, server, words) => {
  const { url, servers } = await startBridge({ it: server, good: node() });
  await expect(connect(url)).rejects.toThrow(words);
  const good = servers.find(({ name }) => name === 'good');
  expect(await (await connect(good?.url ?? '')).call('say', 'fine')).toMatch(/^fine/);
});

test.each([
  ['no token', {}, 401],
  ['a wrong token', { authorization: 'Bearer wrong' }, 401],
  ['the name of a page', { authorization: `Bearer ${TOKEN}`, host: 'evil.example.com' }, 403],
])('%s: nothing is started', async (_, headers, status) => {
  const { url, err } = await startBridge({ it: node() });
  const { hostname, port, pathname } = new URL(url);
  const response = await new Promise<{ status: number | undefined; wants: string | undefined }>((resolve) => {
    const sent = request(
      {
        hostname,
        port,
        path: pathname,
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
      },
      (answer) => {
        answer.resume();
        resolve({ status: answer.statusCode, wants: answer.headers['www-authenticate'] });
      },
    );
    sent.end('{}');
  });
  expect(response).toEqual({
    status,
    wants: status === 401 ? 'Bearer realm="edgewise bridge"' : undefined,
  });
  expect(err()).toBe('');
});

test('another path is 404, and so is a session nobody has', async () => {
  const { url } = await startBridge({ it: node() });
  const headers = { authorization: `Bearer ${TOKEN}` };
  const other = await fetch(url.replace('/it/', '/other/'), { method: 'POST', headers });
  expect([other.status, await other.text()]).toEqual([404, expect.stringContaining('/it/mcp')]);
  const gone = await fetch(url, { method: 'POST', headers: { ...headers, 'mcp-session-id': 'gone' } });
  expect([gone.status, await gone.text()]).toEqual([404, expect.stringContaining('Session not found')]);
});

test('the file: variables, folder, those with an address left out, one chosen', async () => {
  const bridge = await startBridge(
    {
      far: { type: 'http', url: 'https://example.com/mcp' },
      it: { ...node(), env: { SEEN: '${GIVEN} and ${ABSENT:-otherwise}' } },
      other: node(),
    },
    { args: ['--token', TOKEN, '--only', 'it'] },
  );
  expect(bridge.servers).toEqual([
    { name: 'it', url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/it\/mcp$/) },
  ]);
  const { call } = await connect(bridge.url);
  expect(await call('env', 'SEEN')).toBe(`from outside and otherwise in ${bridge.folder}`);
  expect(await call('env', 'GIVEN')).toMatch(/^not set/);
});

test('Ctrl-C ends the programs', async () => {
  const bridge = await startBridge({ it: node() });
  const pid = pidOf(await (await connect(bridge.url)).call('say'));
  bridge.interrupt();
  expect(await bridge.code).toBe(0);
  await expect.poll(() => lives(pid)).toBe(false);
});

test('a command after --, and what to paste', async () => {
  const cli = startCli(['bridge', '--port', '0', '--name', 'mine', '--', process.execPath, program]);
  await cli.seen('The bridge runs.');
  const token = /EDGEWISE_BRIDGE_TOKEN=(\S+)/.exec(cli.out())?.[1] ?? '';
  const url = /url: (\S+)/.exec(cli.out())?.[1] ?? '';
  expect(cli.out()).toBe(`For an agent in agents.yaml:
    mcp_servers:
      mine:
        url: ${url}
        headers:
          Authorization: Bearer \${EDGEWISE_BRIDGE_TOKEN}

And in .dev.vars (this token is shown once, and new each time):
EDGEWISE_BRIDGE_TOKEN=${token}

The bridge runs. Ctrl-C ends it.
`);
  expect(token).toMatch(/^[\w-]{43}$/);
  expect(await (await connect(url, token)).call('say', 'hi')).toMatch(/^hi/);
  await ends.pop()?.();
  cli.interrupt();
  expect(await cli.code).toBe(0);
});

test.each([
  [['--config', '/nowhere.json'], /\/nowhere\.json cannot be read\. Name the file with --config/],
  [['--port', 'x'], /--port: not a number/],
  [['--token', 'short'], /--token: is too short/],
  [['--name', 'a b', '--', 'x'], /--name: may have 1 to 64 letters/],
])('bridge %j: wrong usage', async (args, words) => {
  const { code, err } = await run(['bridge', ...args]);
  expect([code, err]).toEqual([2, expect.stringMatching(words)]);
});

test.each([
  ['{', 'f is not JSON.'],
  ['{"mcpServers":[]}', /^f mcpServers: /],
  ['{"mcpServers":{"a b":{"command":"x"}}}', /^f mcpServers\.a b: /],
  ['{"mcpServers":{"a":{"command":1}}}', /^f mcpServers\.a\.command: /],
  ['{"mcpServers":{"a":{"command":"x","args":"y"}}}', /^f mcpServers\.a\.args: /],
  ['{"mcpServers":{"a":{"command":"${NOT_THERE}"}}}', 'f mcpServers.a wants NOT_THERE in the environment'],
])('the file %s is refused with its place', (text, words) => {
  const read = () => readStdioServers(text, { path: 'f', cwd: '/', env: {} });
  expect(read).toThrow(CliFailure);
  expect(read).toThrow(words);
});

test('a port that is taken', async () => {
  const { url } = await startBridge({ it: node() });
  const { code, err } = await run(['bridge', '--port', new URL(url).port, '--', 'x']);
  expect([code, err]).toEqual([
    1,
    expect.stringMatching(/^Port \d+ is in use, or not allowed\. Take another/),
  ]);
});
