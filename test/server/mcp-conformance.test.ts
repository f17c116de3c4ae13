import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, request as send, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { MadePersonalToken } from '#protocol/personal-token.ts';
import { startRealServer, type RealServer } from '#test/support/real-server.ts';
import { buildPage } from '../../scripts/build-page.ts';
import { run } from '../unit/cli/run-in-process.ts';

const suite = join(import.meta.dirname, '../../node_modules/@modelcontextprotocol/conformance/dist/index.js');

let server: RealServer;
let proxy: Server;
let url: string;
let results: string;

/** The terminal client, as the admin of this server. */
async function edgewise(...argv: string[]) {
  const { 'x-api-key': API_KEY = '' } = await server.headers();
  return run([...argv, '--api-url', server.url], {
    env: { API_KEY, CLI_ADMIN_PASSWORD: server.login.password },
  });
}

/** The suite has no token: this adds it, and passes everything else on as it is, the host too. */
function startProxy(target: URL, token: string): Server {
  return createServer((request, response) => {
    const headers = { ...request.headers, authorization: `Bearer ${token}` };
    const { method = 'GET', url: path = '/' } = request;
    const passed = send({ hostname: '127.0.0.1', port: target.port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    request.pipe(passed);
  });
}

beforeAll(async () => {
  await buildPage();
  server = await startRealServer();
  results = mkdtempSync(join(tmpdir(), 'edgewise-conformance-'));
  const made = await edgewise('mcp', 'token', 'create', 'conformance', '--json');
  const { token } = MadePersonalToken.parse(JSON.parse(made.out));
  proxy = startProxy(new URL(server.url), token).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = z.object({ port: z.number() }).parse(proxy.address());
  url = `http://localhost:${address.port}/mcp`;
});
afterAll(async () => {
  proxy.closeAllConnections();
  proxy.close();
  await server.close();
  rmSync(results, { recursive: true, force: true });
});

const Checks = z.array(
  z.object({ id: z.string(), status: z.string(), details: z.looseObject({}).optional() }),
);

async function checksOf(scenario: string) {
  const output = join(results, scenario);
  const args = [suite, 'server', '--url', url, '--scenario', scenario, '--output-dir', output];
  await promisify(execFile)(process.execPath, args);
  const [file = ''] = globSync(join(output, '**/checks.json'));
  return Checks.parse(JSON.parse(readFileSync(file, 'utf8')));
}

/** Those of the suite that do not ask for sample tools of its own. */
test.concurrent.each([
  ['server-initialize', ['server-initialize']],
  ['ping', ['ping']],
  ['tools-list', ['tools-list']],
  ['server-sse-multiple-streams', ['server-accepts-multiple-post-streams', 'server-sse-streams-functional']],
  ['dns-rebinding-protection', ['localhost-host-rebinding-rejected', 'localhost-host-valid-accepted']],
])('conformance: %s', async (scenario, ids) => {
  const checks = await checksOf(scenario);
  expect(checks.map(({ id, status }) => ({ id, status }))).toEqual(
    ids.map((id) => ({ id, status: 'SUCCESS' })),
  );
});

test('tokens from the terminal: made, listed, revoked', async () => {
  const made = await edgewise('mcp', 'token', 'create', 'my', 'laptop');
  expect(made).toEqual({
    code: 0,
    out: expect.stringMatching(/^edw_[\w-]{43}\n+$/),
    err: expect.stringContaining('This token is not shown again.'),
  });
  const id = /revoke (\S+)`/.exec(made.err)?.[1] ?? '';
  expect((await edgewise('mcp', 'token', 'list')).out).toMatch(
    new RegExp(`^${id}  made \\d{4}-\\d\\d-\\d\\d  never used +my laptop$`, 'm'),
  );
  expect(await edgewise('mcp', 'token', 'revoke', id)).toEqual({ code: 0, out: 'Revoked.\n', err: '' });
  expect(await edgewise('mcp', 'token', 'revoke', id)).toEqual({
    code: 5,
    out: '',
    err: 'Token not found\n',
  });
  expect((await edgewise('mcp', 'token', 'list')).out).not.toContain(id);
  expect(await edgewise('mcp', 'token', 'crate')).toMatchObject({
    code: 2,
    err: expect.stringContaining('Did you mean "token create"?'),
  });
});
