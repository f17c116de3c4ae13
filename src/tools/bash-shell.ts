import { Bash, getCommandNames, InMemoryFs, MountableFs, type CommandName } from 'just-bash/browser';
import { BashFileSystem } from '#files/bash-file-system.ts';
import { root } from '#files/path.ts';
import type { Workspace } from '#files/workspace.ts';
import { letLoopsPause } from '#tools/bash-loops.ts';

/** What one command line did. */
export interface ShellResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
  /** Where the command line ended. */
  readonly directory: string;
}

const mebibyte = 1024 * 1024;

// An isolate has 128 MB of memory and shares its thread with others: these bound what one command line can take.
const limits = {
  maxSourceBytes: mebibyte,
  maxCommandCount: 100_000,
  maxLoopIterations: 100_000,
  maxCallDepth: 100,
  maxStringLength: 32 * mebibyte,
  maxOutputSize: 32 * mebibyte,
  maxHeredocSize: 8 * mebibyte,
  maxLiveBytes: 64 * mebibyte,
  maxInputBytes: 128 * mebibyte,
  maxArrayElements: 100_000,
  maxTraversalEntries: 20_000,
  maxExecutionTimeMs: 600_000,
};
const memoryFileBytes = 32 * mebibyte;

/** Needs a browser's DOM, which is not here. */
const brokenCommands = ['html-to-markdown'];

// A turn of the event loop takes a millisecond or more. A look at a file, or a round of a loop, takes some microseconds,
// a write fifty times that: so much of it comes between two turns that a cancellation is heard in time and a loop not slowed.
const workPerPause = 512;
const workOfLook = 1;
const workOfWrite = 32;

/** The whole tree that commands see: the workspace, a `/tmp` in memory for as long as the object lives, `/dev/null`. */
class ShellFiles extends MountableFs {
  #work = 0;

  constructor(workspace: Workspace, onRefused: (reason: string) => void) {
    const memory = new InMemoryFs({ '/dev/null': '' }, { maxTotalBytes: memoryFileBytes });
    memory.mkdirSync('/tmp');
    super({
      base: memory,
      mounts: [{ mountPoint: root, filesystem: new BashFileSystem(workspace, onRefused) }],
    });
  }

  /** See `BashFileSystem`. */
  override getAllPaths() {
    return [];
  }

  override async exists(path: string) {
    await this.#pause(workOfLook);
    return super.exists(path);
  }

  override async stat(path: string) {
    await this.#pause(workOfLook);
    return super.stat(path);
  }

  override async lstat(path: string) {
    await this.#pause(workOfLook);
    return super.lstat(path);
  }

  override async readFileBytes(path: string) {
    await this.#pause(workOfLook);
    return super.readFileBytes(path);
  }

  override async writeFile(...[path, content, options]: Parameters<MountableFs['writeFile']>) {
    await this.#pause(workOfWrite);
    if (path !== '/dev/null') await super.writeFile(path, content, options);
  }

  override async appendFile(...[path, content, options]: Parameters<MountableFs['appendFile']>) {
    await this.#pause(workOfWrite);
    if (path !== '/dev/null') await super.appendFile(path, content, options);
  }

  /** The interpreter awaits only what is ready, so without this no timer and no message would get through to abort it. */
  async #pause(work: number) {
    this.#work += work;
    if (this.#work < workPerPause) return;
    this.#work = 0;
    await scheduler.wait(0);
  }
}

/** A shell over a workspace. Contract: it has no network and no variables but its own, and ends soon after an abort. */
export class Shell {
  readonly #files: ShellFiles;
  readonly #bash: Bash;
  /** Why something could not be changed, since the last command line began. */
  #refused = new Set<string>();

  constructor(workspace: Workspace) {
    this.#files = new ShellFiles(workspace, (reason) => this.#refused.add(reason));
    this.#bash = new Bash({
      fs: this.#files,
      cwd: root,
      commands: getCommandNames().filter((name): name is CommandName => !brokenCommands.includes(name)),
      executionLimits: limits,
      // It patches globals while a command runs, and other objects share them. There is no eval to guard here.
      defenseInDepth: false,
    });
    this.#bash.registerTransformPlugin({
      name: 'pauses',
      transform: ({ ast }) => ({ ast: letLoopsPause(ast) }),
    });
  }

  /** Runs a command line in `directory`, or at the top if that is gone. */
  async run(command: string, directory: string, signal: AbortSignal): Promise<ShellResult> {
    const cwd = (await this.#isFolder(directory)) ? directory : root;
    this.#refused = new Set();
    try {
      const { stdout, stderr, exitCode, env } = await this.#bash.exec(command, {
        cwd,
        replaceEnv: true,
        env: { HOME: root, PATH: '/usr/bin:/bin', PWD: cwd, USER: 'user' },
        rawScript: true,
        signal,
      });
      return { stdout, stderr: this.#withReasons(stderr), exitCode, directory: env['PWD'] ?? cwd };
    } catch (error) {
      // A redirection into a file that cannot be written (no space, a name that is too long) ends the script this way.
      if (!(error instanceof Error) || !/^E[A-Z]+: /.test(error.message)) throw error;
      return { stdout: '', stderr: `bash: ${error.message}`, exitCode: 1, directory: cwd };
    }
  }

  #withReasons(stderr: string): string {
    const untold = [...this.#refused].filter((reason) => !stderr.includes(reason));
    return [stderr.trimEnd(), ...untold].filter((line) => line !== '').join('\n');
  }

  async #isFolder(path: string): Promise<boolean> {
    return (await this.#files.exists(path)) && (await this.#files.stat(path)).isDirectory;
  }
}
