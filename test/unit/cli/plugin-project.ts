import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { Host } from '#cli/host.ts';
import type { PluginCall } from '#cli/plugin/verbs.ts';
import { CliFailure } from '#cli/failure.ts';

export type Files = Readonly<Record<string, string>>;

export function put(folder: string, files: Files): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

export const plugin = (name: string, more: Record<string, unknown> = {}): Files => ({
  [`.claude-plugin/plugin.json`]: JSON.stringify({ name, ...more }),
});

export const within = (folder: string, files: Files): Files =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]));

export const marketplace = (name: string, plugins: Record<string, unknown>): Files => ({
  '.claude-plugin/marketplace.json': JSON.stringify({
    name,
    owner: { name: 'Someone' },
    plugins: Object.entries(plugins).map(([each, source]) => ({ name: each, source })),
  }),
});

export const newFolder = (): string => mkdtempSync(join(tmpdir(), 'edgewise-plugins-'));

/** Runs git there as somebody with a name, whatever the machine's settings are. */
export function git(folder: string, ...args: readonly string[]): string {
  const who = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', '-c', 'init.defaultBranch=main'];
  return execFileSync('git', ['-C', folder, ...who, ...args], { encoding: 'utf8' }).trim();
}

/** A repository with these files in one commit; gives its address and the commit. */
export function repository(files: Files): { folder: string; address: string; commit: string } {
  const folder = newFolder();
  git(folder, 'init', '--quiet');
  return { folder, address: `file://${folder}`, commit: commit(folder, files) };
}

export function commit(folder: string, files: Files): string {
  put(folder, files);
  git(folder, 'add', '--all');
  git(folder, 'commit', '--quiet', '--message', 'x');
  return git(folder, 'rev-parse', 'HEAD');
}

type Verb = (call: PluginCall) => Promise<void>;

/** A project without anything, to run commands in. */
export function newProject() {
  const root = newFolder();
  return {
    root,
    put: (files: Files) => put(root, files),
    has: (path: string) => existsSync(join(root, path)),
    read: (path: string) => readFileSync(join(root, path), 'utf8'),
    lock: (): unknown => JSON.parse(readFileSync(join(root, 'plugins.lock.json'), 'utf8')),
    /** What it printed, or the failure's message; `typed` makes it a terminal with somebody at it. */
    async run(verb: Verb, options: { yes?: boolean; json?: boolean; typed?: string } = {}) {
      const { yes = true, json = false, typed } = options;
      const terminal = typed === undefined ? {} : { isTTY: true };
      const input = Object.assign(new PassThrough(), terminal);
      const output = Object.assign(new PassThrough(), terminal);
      if (typed !== undefined) input.write(`${typed}\n`);
      let out = '';
      output.on('data', (chunk: Buffer) => (out += chunk.toString()));
      const host: Host = {
        input,
        output,
        errors: new PassThrough(),
        env: { NO_COLOR: '1' },
        clock: { now: () => 0 },
        readDevVars: () => '',
        onInterrupt: () => {},
      };
      try {
        await verb({ host, root, cwd: root, json, yes });
        return { out, problem: undefined };
      } catch (error) {
        if (!(error instanceof CliFailure)) throw error;
        return { out, problem: error.message };
      }
    },
  };
}
