import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatVars, type Vars } from './dev-vars.ts';
import { endTogether, killGroup } from './process-group.ts';

const root = join(import.meta.dirname, '..');

export interface DevServer {
  readonly url: string;
  /** The leader of the group that wrangler and workerd run in: kill the group, or workerd goes on alone. */
  readonly pid: number;
  /** Resolves with the exit code when the server ends by itself. */
  readonly exited: Promise<number>;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Another program answers there: it must not be taken for the server. */
export class PortTaken extends Error {
  constructor(port: number) {
    super(`port ${port} is in use. End what runs there, or take another: --port ${port + 1}`);
  }
}

export interface DevServerOptions {
  readonly port: number;
  /** Where D1, R2 and the Durable Objects live. */
  readonly state: string;
  readonly vars: Vars;
  /** Where the Worker is: this project by default, or a copy of it. */
  readonly project?: string;
  /** Another Worker than the one to deploy: that of the benchmark. */
  readonly config?: string;
  /** Gets what the server logs. */
  readonly onOutput?: (text: string) => void;
}

/** Brings the database up to date and runs the Worker; resolves when it answers. */
export async function startDevServer({
  port,
  state,
  vars,
  project = root,
  config = 'wrangler.toml',
  onOutput = () => {},
}: DevServerOptions): Promise<DevServer> {
  if (!(await isFree(port))) throw new PortTaken(port);
  mkdirSync(state, { recursive: true });
  await migrateOnce(project, state);
  const varsFile = join(state, 'vars.env');
  writeFileSync(varsFile, formatVars(vars), { mode: 0o600 });

  const where = ['--port', String(port), '--ip', '127.0.0.1', '--inspector-port', '0'];
  const what = ['--persist-to', state, '--env-file', varsFile];
  const quiet = ['--log-level', 'warn', '--show-interactive-dev-session=false'];
  const child = run(project, ['dev', '--config', config, ...where, ...what, ...quiet]);
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      const text = String(chunk);
      if (output.length < 200) output.push(text);
      onOutput(text);
    });
  }
  const exited = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    killGroup(child, signal);
    const gentle = await Promise.race([exited.then(() => true), sleep(3_000, false, { ref: false })]);
    if (!gentle) killGroup(child, 'SIGKILL');
    await exited;
  };

  const url = `http://localhost:${port}`;
  const ready = await Promise.race([answers(url), exited.then(() => false)]);
  if (!ready) {
    await stop('SIGKILL');
    throw new Error(`the server did not start on port ${port}:\n${output.join('')}`);
  }
  return { url, pid: child.pid ?? 0, exited, stop };
}

function run(project: string, args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [join(root, 'node_modules/wrangler/bin/wrangler.js'), ...args], {
    cwd: project,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      WRANGLER_SEND_METRICS: 'false',
      CLOUDFLARE_CF_FETCH_ENABLED: 'false',
      FORCE_COLOR: '0',
    },
  });
  endTogether(child);
  return child;
}

/** Port 0 asks for any free one. */
export function freePort(port = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(port, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('no port'));
        else resolve(address.port);
      });
    });
  });
}

export const isFree = (port: number): Promise<boolean> =>
  freePort(port).then(
    () => true,
    () => false,
  );

async function answers(url: string, attempts = 600): Promise<boolean> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const response = await fetch(`${url}/health`).catch(() => undefined);
    if (response?.ok) return true;
    await sleep(50);
  }
  return false;
}

/** Applying takes seconds even where there is nothing to apply, so a stamp in the state folder tells. */
async function migrateOnce(project: string, state: string): Promise<void> {
  const hash = createHash('sha256');
  const folder = join(project, 'migrations');
  for (const name of readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()) {
    hash.update(name).update(readFileSync(join(folder, name)));
  }
  const stamp = join(state, 'migrations.stamp');
  const digest = hash.digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;

  const child = run(project, ['d1', 'migrations', 'apply', 'DB', '--local', '--persist-to', state]);
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => output.push(String(chunk)));
  const code = await new Promise<number>((resolve) => child.once('exit', (status) => resolve(status ?? 1)));
  if (code !== 0) throw new Error(`the database could not be brought up to date:\n${output.join('')}`);
  writeFileSync(stamp, digest);
}
