import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { copyProject } from '#test/support/project-copy.ts';
import { freePort } from '../../../scripts/dev-server.ts';

const folder = copyProject([
  '.claude',
  '.dev.vars.example',
  'agents.yaml',
  'migrations',
  'package-lock.json',
  'subagents.yaml',
  'vite.config.ts',
  'wrangler.toml',
]);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Running {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly command: string;
}

/** Without those that ended and wait to be looked at. */
function processes(): readonly Running[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,pgid=,stat=,args='], { encoding: 'utf8' });
  return stdout.split('\n').flatMap((line) => {
    const [pid, parent, group, state = 'Z', ...command] = line.trim().split(/\s+/);
    const ids = { pid: Number(pid), parent: Number(parent), group: Number(group) };
    return state.startsWith('Z') ? [] : [{ ...ids, command: command.join(' ') }];
  });
}

async function eventually<Value>(look: () => Value | undefined, seconds: number): Promise<Value | undefined> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(50)) {
    const found = look();
    if (found !== undefined) return found;
  }
  return undefined;
}

test.each([
  { stage: 'the tables are made', command: 'd1 migrations apply' },
  { stage: 'the server starts', command: 'wrangler.js dev ' },
])('stopped while $stage, it leaves nothing behind', { timeout: 60_000 }, async ({ command }) => {
  const { PATH } = process.env;
  const port = await freePort();
  const args = ['scripts/start.ts', '--port', String(port), '--state', join(folder, 'state')];
  const start = spawn(process.execPath, args, { cwd: folder, env: { PATH }, stdio: 'ignore' });
  const ended = once(start, 'exit');
  const leader = await eventually(
    () => processes().find((one) => one.parent === start.pid && one.command.includes(command)),
    40,
  );
  // By then wrangler has children of its own
  await sleep(1_000);
  start.kill('SIGTERM');
  await ended;
  const left = () => processes().filter(({ group }) => group === leader?.group);
  await eventually(() => left().length === 0 || undefined, 2);
  const remaining = left();
  for (const { pid } of remaining) process.kill(pid, 'SIGKILL');
  expect(leader?.group).toBe(leader?.pid);
  expect(remaining).toEqual([]);
});
