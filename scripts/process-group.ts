import { spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { constants } from 'node:os';
import process from 'node:process';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const alive = new Set<ChildProcess>();

/** `child` must have been started `detached`: its group is then its own. */
export function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group has ended meanwhile, which is what was wanted
  }
}

/**
 * Kills a child's group when this process ends, which a detached group would outlive. Contract: a signal ends this
 * process, unless it has a listener of its own, which is then the one to say when.
 */
export function endTogether(child: ChildProcess): void {
  if (alive.size === 0) {
    process.on('exit', killAll);
    for (const signal of signals) process.on(signal, leave);
  }
  alive.add(child);
  const guard = guardGroup(child);
  child.once('exit', () => {
    guard.kill('SIGKILL');
    alive.delete(child);
    if (alive.size > 0) return;
    process.off('exit', killAll);
    for (const signal of signals) process.off(signal, leave);
  });
}

/** Who is killed with SIGKILL cannot kill anybody any more: a process of its own notices when that happens. */
function guardGroup({ pid }: ChildProcess): ChildProcess {
  const notice = `process.stdin.resume().on('close', () => { try { process.kill(-${pid}, 'SIGKILL') } catch {} })`;
  const guard = spawn(process.execPath, ['-e', notice], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.unref();
  if (guard.stdin instanceof Socket) guard.stdin.unref();
  return guard;
}

function killAll(): void {
  for (const child of alive) killGroup(child, 'SIGKILL');
}

function leave(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) === 1) process.exit(128 + constants.signals[signal]);
}
