import { existsSync, mkdtempSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { CliFailure, exitCode } from '#cli/failure.ts';
import { fetchRepository, isGitAddress } from '#cli/plugin/git.ts';

/** A place that plugins come from, as the lock file names it. */
export interface Source {
  /** A git address, or a folder, from the project's: others have that elsewhere. */
  readonly source: string;
  readonly ref: string | null;
}

export interface OpenSource {
  readonly folder: string;
  /** Null for a folder. */
  readonly commit: string | null;
}

/** What somebody typed: a git address, with `#branch` at the end perhaps, or a folder from where they are. */
export function parseSource(typed: string, { root, cwd }: { root: string; cwd: string }): Source {
  const [address = '', ref = null] = typed.split('#', 2);
  if (isGitAddress(address)) {
    if (/^https:\/\/[^/]*@/.test(address)) {
      throw new CliFailure(
        exitCode.usage,
        'The address holds a user or a password, and would be written into the lock file. Give it without; git asks its credential helper.',
      );
    }
    return { source: address, ref };
  }
  if (/^[a-z]+:\/\//.test(address)) {
    throw new CliFailure(
      exitCode.usage,
      `${address}: give an address that begins with https://, ssh:// or file://.`,
    );
  }
  const folder = resolve(cwd, typed);
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new CliFailure(exitCode.notFound, `There is no folder ${folder}.`);
  }
  return { source: folderFrom(root, folder), ref: null };
}

/** Windows has no way from one drive to another: then it is the whole path. */
export function folderFrom(root: string, folder: string): string {
  const way = relative(root, resolve(root, folder));
  if (isAbsolute(way)) return way;
  const path = way.split(sep).join('/');
  return path.startsWith('../') || path === '..' ? path : `./${path}`;
}

/** The places that one command opens, each once. Close it in the end, or what was fetched stays. */
export class Sources {
  readonly #root: string;
  readonly #open = new Map<string, OpenSource>();
  readonly #temporary: string[] = [];

  constructor(root: string) {
    this.#root = root;
  }

  /** Throws a `CliFailure`. */
  open({ source, ref }: Source): OpenSource {
    const key = `${source}#${ref ?? ''}`;
    const opened = this.#open.get(key) ?? this.#fetch({ source, ref });
    this.#open.set(key, opened);
    return opened;
  }

  #fetch({ source, ref }: Source): OpenSource {
    if (!isGitAddress(source)) {
      const folder = resolve(this.#root, source);
      if (!existsSync(folder)) throw new CliFailure(exitCode.notFound, `There is no folder ${folder}.`);
      return { folder, commit: null };
    }
    const folder = mkdtempSync(join(tmpdir(), 'edgewise-plugin-'));
    this.#temporary.push(folder);
    return { folder, commit: fetchRepository(source, ref, folder) };
  }

  close(): void {
    for (const folder of this.#temporary.splice(0)) rmSync(folder, { recursive: true, force: true });
  }
}

/** A folder within a source. Throws a `CliFailure` if the path, or a link on its way, leads out of it. */
export function folderWithin(folder: string, path: string): string {
  const full = resolve(folder, path);
  if (!existsSync(full) || !statSync(full).isDirectory()) {
    throw new CliFailure(exitCode.notFound, `There is no folder "${path}" in the plugin's source.`);
  }
  const top = realpathSync(folder);
  const real = realpathSync(full);
  if (real !== top && !real.startsWith(top + sep)) {
    throw new CliFailure(
      exitCode.failure,
      `The folder "${path}" leads out of the plugin's source, so it is refused.`,
    );
  }
  return real;
}
