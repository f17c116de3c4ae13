/** Everything there is to test, or what the arguments name: `npm test -- test/unit/agent`. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { buildPage } from './build-page.ts';
import { bundle } from './bundle.ts';

const root = join(import.meta.dirname, '..');
const vitest = join(root, 'node_modules/vitest/vitest.mjs');

bundle();
// The Worker's tests need the page's folder, the browser's tests what is in it
await buildPage();
const child = spawn(process.execPath, [vitest, 'run', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
  // workerd would ask the network where it is, for every test file
  env: { ...process.env, CLOUDFLARE_CF_FETCH_ENABLED: 'false' },
});
child.once('exit', (code) => process.exit(code ?? 1));
