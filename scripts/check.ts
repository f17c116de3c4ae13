/** Everything that can be said of the code without running it. All checks run, so that one round shows all faults. */
import { spawnSync } from 'node:child_process';
import { devNull } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

const root = join(import.meta.dirname, '..');

const checks: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ['format', 'oxfmt', '--check'],
  // Without variables: a developer's own .dev.vars must not count
  ['generated types', 'wrangler', 'types', '--check', '--env-file', devNull],
  ['types of the Worker', 'tsc', '-p', 'tsconfig.json'],
  ['types of the core, without Workers', 'tsc', '-p', 'tsconfig.core.json'],
  ['types of scripts, client and tests', 'tsc', '-p', 'tsconfig.node.json'],
  ['types of the page', 'tsc', '-p', 'tsconfig.web.json'],
  ['lint', 'oxlint', '--type-aware'],
  ['layers', 'node', 'scripts/check-layers.ts'],
  ['agents', 'node', 'scripts/check-agents.ts'],
  ['skills, commands and plugins', 'node', 'scripts/bundle.ts', '--check'],
  ['dead code', 'knip'],
];

const failed = checks.filter(([name, command, ...args]) => {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'}  ${name}`);
  if (status !== 0) console.log(`${stdout ?? ''}${stderr ?? ''}`);
  return status !== 0;
});
process.exit(failed.length === 0 ? 0 : 1);
