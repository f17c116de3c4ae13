import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { CliFailure, exitCode } from '#cli/failure.ts';

const timeoutMs = 120_000;

/** What git may be asked to fetch: encrypted, or on this machine. */
export const isGitAddress = (source: string): boolean =>
  /^(https|ssh|file):\/\/|^[\w.-]+@[\w.-]+:/.test(source);

/**
 * Fetches a repository into an empty folder, at a branch, tag or commit, and says which commit that is. It never asks
 * for a password. Throws a `CliFailure`.
 */
export function fetchRepository(address: string, ref: string | null, into: string): string {
  if (ref !== null && !/^[\w][\w./-]*$/.test(ref)) {
    throw new CliFailure(exitCode.usage, `"${ref}" is not a branch, tag or commit.`);
  }
  const isCommit = ref !== null && /^[0-9a-f]{7,64}$/.test(ref);
  const what = isCommit ? [] : ['--depth', '1', ...(ref === null ? [] : ['--branch', ref])];
  run(['clone', '--quiet', '--no-recurse-submodules', ...what, '--', address, into], address, ref);
  if (isCommit) run(['-C', into, 'checkout', '--quiet', '--detach', ref], address, ref);
  return run(['-C', into, 'rev-parse', 'HEAD'], address, ref).trim();
}

function run(args: readonly string[], address: string, ref: string | null): string {
  const { error, status, stdout } = spawnSync('git', ['-c', 'protocol.ext.allow=never', ...args], {
    encoding: 'utf8',
    timeout: timeoutMs,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, GIT_TERMINAL_PROMPT: '0', GIT_DIR: undefined, GIT_WORK_TREE: undefined },
  });
  if (error !== undefined && 'code' in error && error.code === 'ENOENT') {
    throw new CliFailure(
      exitCode.failure,
      'git was not found. Install it (git-scm.com), or give a local folder.',
    );
  }
  if (status === 0) return stdout;
  const at = ref === null ? '' : ` at "${ref}"`;
  throw new CliFailure(
    exitCode.failure,
    `git could not fetch ${address}${at}. Is that right, and may you read it? \`git ls-remote ${address}\` says more.`,
  );
}
