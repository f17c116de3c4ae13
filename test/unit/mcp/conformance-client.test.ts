import { spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const suite = join(root, 'node_modules/@modelcontextprotocol/conformance/dist/index.js');
const client = join(root, 'test/support/conformance-client.ts');

/**
 * All of the suite but `elicitation-…` (a server's question is not put to the user, and must not be answered for them)
 * and the extensions (`client-credentials`, `cross-app-access`), which sign in without a user.
 */
const scenarios = [
  'initialize',
  'tools_call',
  'sse-retry',
  'auth/metadata-default',
  'auth/metadata-var1',
  'auth/metadata-var2',
  'auth/metadata-var3',
  'auth/basic-cimd',
  'auth/scope-from-www-authenticate',
  'auth/scope-from-scopes-supported',
  'auth/scope-omitted-when-undefined',
  'auth/scope-step-up',
  'auth/scope-retry-limit',
  'auth/token-endpoint-auth-basic',
  'auth/token-endpoint-auth-post',
  'auth/token-endpoint-auth-none',
  'auth/pre-registration',
  'auth/2025-03-26-oauth-metadata-backcompat',
  'auth/2025-03-26-oauth-endpoint-fallback',
  'auth/resource-mismatch',
  'auth/offline-access-scope',
  'auth/offline-access-not-supported',
];

async function run(scenario: string): Promise<{ readonly code: number | null; readonly output: string }> {
  // The suite writes its results below the folder it runs in
  const cwd = await mkdtemp(join(tmpdir(), 'mcp-conformance-'));
  const command = `${process.execPath} --disable-warning=ExperimentalWarning ${client}`;
  const child = spawn(process.execPath, [suite, 'client', '--command', command, '--scenario', scenario], {
    cwd,
  });
  let output = '';
  child.stdout.on('data', (text) => (output += String(text)));
  child.stderr.on('data', (text) => (output += String(text)));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })));
}

test.concurrent.each(scenarios)('%s', { timeout: 60_000 }, async (scenario) => {
  const { code, output } = await run(scenario);
  expect(code, output).toBe(0);
});
