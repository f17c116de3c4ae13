/**
 * Everything there is to test, or what the arguments name: `npm test -- test/unit/agent`. Tests that share a runtime
 * take one core, and those of servers and browsers mostly wait, so these run beside the others; what they print comes
 * after.
 */
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
const wanted = process.argv.slice(2);
const runs =
  wanted.length > 0
    ? [run(wanted)]
    : [
        run(['--project', 'unit', '--project', 'workers-apart']),
        // Those of messengers wait for the pace of people
        run(['--project', 'workers', '--maxWorkers', '4'], { isHeldBack: true }),
        run(['--project', 'server'], { isHeldBack: true }),
        run(['--project', 'browser'], { isHeldBack: true }),
      ];
let worst = 0;
for (const { code, printed } of runs) {
  worst = Math.max(worst, await code);
  process.stdout.write(printed());
}
process.exit(worst);

function run(args: readonly string[], { isHeldBack = false } = {}) {
  const child = spawn(process.execPath, [vitest, 'run', ...args], {
    cwd: root,
    stdio: ['inherit', isHeldBack ? 'pipe' : 'inherit', isHeldBack ? 'pipe' : 'inherit'],
    // workerd would ask the network where it is, for every test file
    env: { ...process.env, CLOUDFLARE_CF_FETCH_ENABLED: 'false' },
  });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  const code = new Promise<number>((resolve) => child.once('close', (exit) => resolve(exit ?? 1)));
  return { code, printed: () => Buffer.concat(chunks).toString() };
}
