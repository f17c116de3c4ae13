import { posix } from 'node:path';
import type {
  BufferEncoding,
  CpOptions,
  FileContent,
  FsStat,
  IFileSystem,
  MkdirOptions,
  RmOptions,
} from 'just-bash/browser';
import { root } from '#files/path.ts';
import { problem, type WorkspaceProblem } from '#files/workspace-problem.ts';
import type { WorkspaceEntry } from '#files/workspace-entries.ts';
import type { Workspace } from '#files/workspace.ts';
import type { Result } from '#lib/result.ts';

type Encoding = Parameters<IFileSystem['readFile']>[1] | Parameters<IFileSystem['writeFile']>[2];

const encodingOf = (options: Encoding): BufferEncoding =>
  (typeof options === 'string' ? options : options?.encoding) ?? 'utf8';

/** The shell's commands know a failure by the code that its message begins with. */
const failure = ({ code, message }: WorkspaceProblem) => new Error(`${code}: ${message}`);

const inWorkspace = (path: string) => `${root}${path}`;

const toBytes = (content: FileContent, options: Encoding): Uint8Array =>
  typeof content === 'string' ? Buffer.from(content, encodingOf(options)) : content;

const noLinks = problem('EACCES', 'This workspace has no links. Copy the file instead (cp).');

const toStat = (entry: WorkspaceEntry): FsStat => ({
  isFile: entry.kind === 'file',
  isDirectory: entry.kind === 'directory',
  isSymbolicLink: false,
  mode: entry.mode,
  size: entry.size,
  mtime: new Date(entry.modifiedAt),
});

/**
 * A workspace as the shell's file system. Its top, `/`, is the workspace's top: mount it at `/workspace`. A write makes the
 * folders above it, as the shell's own file systems do: a redirection that fails would end the whole script.
 */
export class BashFileSystem implements IFileSystem {
  readonly #workspace: Workspace;
  readonly #onRefused: (reason: string) => void;

  /** `onRefused` is told why something may not be changed: some commands say in its place that there is no such file. */
  constructor(workspace: Workspace, onRefused: (reason: string) => void = () => {}) {
    this.#workspace = workspace;
    this.#onRefused = onRefused;
  }

  async readFile(path: string, options?: Encoding): Promise<string> {
    const bytes = await this.readFileBuffer(path);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(encodingOf(options));
  }

  async readFileBuffer(path: string): Promise<Uint8Array> {
    return this.#must(await this.#workspace.read(inWorkspace(path)));
  }

  async writeFile(path: string, content: FileContent, options?: Encoding): Promise<void> {
    this.#must(await this.#workspace.writeFile(inWorkspace(path), toBytes(content, options)));
  }

  async appendFile(path: string, content: FileContent, options?: Encoding): Promise<void> {
    this.#must(await this.#workspace.append(inWorkspace(path), toBytes(content, options)));
  }

  async exists(path: string): Promise<boolean> {
    return this.#workspace.stat(inWorkspace(path)) !== undefined;
  }

  async stat(path: string): Promise<FsStat> {
    return toStat(this.#entry(path));
  }

  lstat(path: string): Promise<FsStat> {
    return this.stat(path);
  }

  async mkdir(path: string, options?: MkdirOptions): Promise<void> {
    this.#must(await this.#workspace.mkdir(inWorkspace(path), { recursive: options?.recursive ?? false }));
  }

  async readdir(path: string): Promise<string[]> {
    return this.#must(this.#workspace.list(inWorkspace(path))).map(({ name }) => name);
  }

  async readdirWithFileTypes(path: string) {
    return this.#must(this.#workspace.list(inWorkspace(path))).map(({ name, kind }) => ({
      name,
      isFile: kind === 'file',
      isDirectory: kind === 'directory',
      isSymbolicLink: false,
    }));
  }

  async rm(path: string, options?: RmOptions): Promise<void> {
    const removed = await this.#workspace.remove(inWorkspace(path), {
      recursive: options?.recursive ?? false,
    });
    if (!removed.ok && !(options?.force === true && removed.problem.code === 'ENOENT')) this.#must(removed);
  }

  async cp(from: string, to: string, options?: CpOptions): Promise<void> {
    this.#must(
      await this.#workspace.copy(inWorkspace(from), inWorkspace(to), {
        recursive: options?.recursive ?? false,
      }),
    );
  }

  async mv(from: string, to: string): Promise<void> {
    this.#must(await this.#workspace.rename(inWorkspace(from), inWorkspace(to)));
  }

  resolvePath(base: string, path: string): string {
    return posix.resolve('/', base, path);
  }

  /** Only `ls` asks, to match a pattern that the shell could not, with an engine that a pattern can hang. */
  getAllPaths(): string[] {
    return [];
  }

  async chmod(path: string, mode: number): Promise<void> {
    this.#must(await this.#workspace.touch(inWorkspace(path), { mode }));
  }

  async utimes(path: string, _accessed: Date, modified: Date): Promise<void> {
    this.#must(await this.#workspace.touch(inWorkspace(path), { modifiedAt: modified.getTime() }));
  }

  async symlink(): Promise<void> {
    throw failure(noLinks);
  }

  async link(): Promise<void> {
    throw failure(noLinks);
  }

  async readlink(path: string): Promise<string> {
    throw failure(problem('EINVAL', `${this.#entry(path).path} is not a link.`));
  }

  async realpath(path: string): Promise<string> {
    return this.#entry(path).path.slice(root.length) || '/';
  }

  #must<Value>(result: Result<Value, WorkspaceProblem>): Value {
    if (result.ok) return result.value;
    if (result.problem.code === 'EACCES') this.#onRefused(result.problem.message);
    throw failure(result.problem);
  }

  #entry(path: string): WorkspaceEntry {
    const entry = this.#workspace.stat(inWorkspace(path));
    if (!entry) throw failure(problem('ENOENT', `${inWorkspace(path)} does not exist.`));
    return entry;
  }
}
