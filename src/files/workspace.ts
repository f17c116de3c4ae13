import type { Clock } from '#lib/clock.ts';
import type { Log } from '#lib/log.ts';
import { succeed, type Result } from '#lib/result.ts';
import { fixedFolders, normalizePath, root } from '#files/path.ts';
import {
  absentFolders,
  alwaysThere,
  checkRoom,
  checkTarget,
  checkUploads,
  done,
  findEntry,
  findFile,
  findFolder,
  freePath,
  missing,
  workspaceLimits,
  type Outcome,
} from '#files/workspace-checks.ts';
import { WorkspaceEntries, type WorkspaceEntry } from '#files/workspace-entries.ts';
import { objectKeys, WorkspaceObjects } from '#files/workspace-objects.ts';
import { refuse, type WorkspaceProblem } from '#files/workspace-problem.ts';
import { toBytes, WorkspaceWriter } from '#files/workspace-writer.ts';

export interface WorkspaceDeps {
  readonly sql: SqlStorage;
  /** `storage.transactionSync`, as a function. */
  readonly transaction: <Value>(work: () => Value) => Value;
  readonly bucket: R2Bucket;
  /** Begins the name of each object; the session's own, without a slash at the end. */
  readonly prefix: string;
  readonly clock: Clock;
  readonly log: Log;
}

export type FileLocation = { readonly size: number; readonly modifiedAt: number } & (
  | { readonly kind: 'inline'; readonly bytes: Uint8Array }
  | { readonly kind: 'r2'; readonly key: string }
);

export interface UploadedFile {
  readonly folder: 'input' | 'output';
  /** One name, without folders. */
  readonly name: string;
  readonly source:
    | { readonly kind: 'r2'; readonly key: string; readonly size: number }
    | { readonly kind: 'inline'; readonly bytes: Uint8Array };
}

const mebibytes = (bytes: number) => `${Math.ceil(bytes / 1024 / 1024)} MiB`;

/**
 * The files of one session: folders and small files in the object's SQLite, larger ones in R2. Make one per Durable
 * Object, over `workspaceTables`.
 *
 * Contract: paths are absolute under `/workspace` or relative to it, and none leaves it. Changes happen one after the
 * other in the order they were asked for. A row changes only when its bytes are safely stored, so a crash leaves at most
 * an object that no row names. Limits are checked before anything is written.
 */
export class Workspace {
  readonly #transaction: WorkspaceDeps['transaction'];
  readonly #entries: WorkspaceEntries;
  readonly #objects: WorkspaceObjects;
  readonly #writer: WorkspaceWriter;
  #lastChange: Promise<unknown> = Promise.resolve();

  constructor({ sql, transaction, bucket, prefix, clock, log }: WorkspaceDeps) {
    this.#transaction = transaction;
    this.#entries = new WorkspaceEntries(sql);
    this.#objects = new WorkspaceObjects(bucket, prefix, log);
    this.#writer = new WorkspaceWriter({
      entries: this.#entries,
      objects: this.#objects,
      transaction,
      clock,
    });
  }

  stat(path: string): WorkspaceEntry | undefined {
    const normal = normalizePath(path);
    return normal.ok ? this.#entries.get(normal.value) : undefined;
  }

  /** What is in a folder, by name. */
  list(path: string): Outcome<WorkspaceEntry[]> {
    const folder = findFolder(this.#entries, path);
    return folder.ok ? succeed(this.#entries.children(folder.value.path)) : folder;
  }

  /** All files and folders below a folder, by path. */
  walk(path: string = root): Outcome<WorkspaceEntry[]> {
    const folder = findFolder(this.#entries, path);
    return folder.ok ? succeed(this.#entries.below(folder.value.path)) : folder;
  }

  totals(): { readonly files: number; readonly bytes: number } {
    const { files, bytes } = this.#entries.totals();
    return { files, bytes };
  }

  /** The bytes from `offset` on, at most `length` of them. More than 32 MiB at once is refused. */
  async read(
    path: string,
    { offset = 0, length = Infinity }: { readonly offset?: number; readonly length?: number } = {},
  ): Promise<Outcome<Uint8Array>> {
    // The file may be replaced, and its old object deleted, between the look at the row and the read.
    for (let look = 0; look < 3; look += 1) {
      const file = findFile(this.#entries, path);
      if (!file.ok) return file;
      const { objectKey, size, path: normal } = file.value;
      const wanted = Math.max(0, Math.min(length, size - offset));
      if (wanted > workspaceLimits.readBytes) {
        return refuse(
          'EFBIG',
          `${normal} is ${mebibytes(size)}: at most ${mebibytes(workspaceLimits.readBytes)} are read at once.`,
        );
      }
      if (wanted === 0) return succeed(new Uint8Array());
      if (objectKey === null) return succeed(this.#entries.bytes(normal, offset, wanted));
      const bytes = await this.#objects.read(objectKey, { offset, length: wanted });
      if (bytes) return succeed(bytes);
    }
    throw new Error('workspace object is missing');
  }

  /** Where a file's bytes are, so that another can stream them. An object may be replaced at any time: look again then. */
  locate(path: string): Outcome<FileLocation> {
    const file = findFile(this.#entries, path);
    if (!file.ok) return file;
    const { path: normal, objectKey, size, modifiedAt } = file.value;
    return succeed(
      objectKey === null
        ? { kind: 'inline', bytes: this.#entries.bytes(normal, 0, size), size, modifiedAt }
        : { kind: 'r2', key: objectKey, size, modifiedAt },
    );
  }

  /** Makes or replaces a file, and the folders above it. */
  writeFile(path: string, content: Uint8Array | string): Promise<Outcome<void>> {
    return this.#inTurn(() => this.#writer.write(path, content));
  }

  /** Makes the file if it is not there. */
  append(path: string, content: Uint8Array | string): Promise<Outcome<void>> {
    return this.#inTurn(async () => {
      if (!this.stat(path)) return this.#writer.write(path, content);
      const file = findFile(this.#entries, path);
      if (!file.ok) return file;
      const added = toBytes(content);
      if (added.length === 0) return done;
      const old = await this.read(path);
      if (!old.ok) return old;
      const bytes = new Uint8Array(old.value.length + added.length);
      bytes.set(old.value);
      bytes.set(added, old.value.length);
      return this.#writer.write(path, bytes);
    });
  }

  /** Replaces a file by what `change` makes of it; no other change comes between. */
  update<Refusal>(
    path: string,
    change: (bytes: Uint8Array) => Result<Uint8Array | string, Refusal>,
  ): Promise<Result<void, WorkspaceProblem | Refusal>> {
    return this.#inTurn(async () => {
      const old = await this.read(path);
      if (!old.ok) return old;
      const changed = change(old.value);
      return changed.ok ? this.#writer.write(path, changed.value) : changed;
    });
  }

  mkdir(path: string, { recursive = false }: { readonly recursive?: boolean } = {}): Promise<Outcome<void>> {
    return this.#inTurn(async () => {
      const normal = normalizePath(path);
      if (!normal.ok) return normal;
      const entry = this.#entries.get(normal.value);
      if (entry) {
        return recursive && entry.kind === 'directory' ? done : refuse('EEXIST', `${entry.path} exists.`);
      }
      const absent = absentFolders(this.#entries, normal.value);
      if (!absent.ok) return absent;
      if (!recursive && absent.value.length > 0) return missing(absent.value[0] ?? normal.value);
      const room = checkRoom(this.#entries, { entries: absent.value.length + 1, bytes: 0 });
      if (!room.ok) return room;
      this.#transaction(() => this.#writer.makeFolders([...absent.value, normal.value]));
      return done;
    });
  }

  /** A folder that is not empty needs `recursive`. `input` and `output` are emptied and stay. */
  remove(path: string, { recursive = false }: { readonly recursive?: boolean } = {}): Promise<Outcome<void>> {
    return this.#inTurn(async () => {
      const found = findEntry(this.#entries, path);
      if (!found.ok) return found;
      const entry = found.value;
      const fixed = fixedFolders.includes(entry.path);
      if (entry.path === root || (fixed && !recursive)) return alwaysThere(entry.path);
      const below = entry.kind === 'directory' ? this.#entries.below(entry.path) : [];
      if (below.length > 0 && !recursive) return refuse('ENOTEMPTY', `${entry.path} is not empty.`);
      this.#transaction(() => {
        this.#entries.removeBelow(entry.path);
        if (!fixed) this.#entries.remove(entry.path);
      });
      await this.#objects.discard(objectKeys([entry, ...below]));
      return done;
    });
  }

  /** `to` is the new path itself, not a folder to move into. A file replaces a file; the folder above must be there. */
  rename(from: string, to: string): Promise<Outcome<void>> {
    return this.#inTurn(async () => {
      const source = findEntry(this.#entries, from);
      if (!source.ok) return source;
      const target = checkTarget(this.#entries, source.value, to);
      if (!target.ok) return target;
      const { path, replaced } = target.value;
      if (path === source.value.path) return done;
      if (fixedFolders.includes(source.value.path)) return alwaysThere(source.value.path);
      if (replaced && source.value.kind === 'directory') return refuse('EEXIST', `${path} exists.`);
      this.#transaction(() => {
        if (replaced) this.#entries.remove(path);
        this.#entries.move(source.value.path, path);
      });
      await this.#objects.discard(objectKeys(replaced ? [replaced] : []));
      return done;
    });
  }

  /** `to` is the new path itself. A folder needs `recursive`, and is merged into a folder that is there. */
  copy(
    from: string,
    to: string,
    { recursive = false }: { readonly recursive?: boolean } = {},
  ): Promise<Outcome<void>> {
    return this.#inTurn(async () => {
      const source = findEntry(this.#entries, from);
      if (!source.ok) return source;
      const target = checkTarget(this.#entries, source.value, to);
      if (!target.ok) return target;
      if (target.value.path === source.value.path) return done;
      if (source.value.kind === 'directory' && !recursive) {
        return refuse('EISDIR', `${source.value.path} is a folder: copy it recursively.`);
      }
      const below = source.value.kind === 'directory' ? this.#entries.below(source.value.path) : [];
      if (!target.value.replaced) {
        const room = checkRoom(this.#entries, {
          entries: below.length + 1,
          bytes: [source.value, ...below].reduce((sum, { size }) => sum + size, 0),
        });
        if (!room.ok) return room;
      }
      for (const entry of [source.value, ...below]) {
        const copied = await this.#writer.copyEntry(
          entry,
          target.value.path + entry.path.slice(source.value.path.length),
        );
        if (!copied.ok) return copied;
      }
      return done;
    });
  }

  touch(
    path: string,
    change: { readonly mode?: number; readonly modifiedAt?: number },
  ): Promise<Outcome<void>> {
    return this.#inTurn(async () => {
      const found = findEntry(this.#entries, path);
      if (!found.ok) return found;
      const { mode, modifiedAt } = found.value;
      this.#entries.touch(found.value.path, { mode, modifiedAt, ...change });
      return done;
    });
  }

  /**
   * Adds a file under a free name: `a.txt`, else `a_1.txt`, `a_2.txt`, … An R2 object must lie under the prefix
   * (`newObjectKey`) and belongs to the workspace from now on: when the file is refused, the object is deleted.
   */
  addUploaded({ folder, name, source }: UploadedFile): Promise<Outcome<WorkspaceEntry>> {
    return this.#inTurn(async () => {
      const room = checkUploads(this.#entries);
      const path = room.ok ? freePath(this.#entries, folder, name) : room;
      if (!path.ok) {
        if (source.kind === 'r2') await this.#objects.discard([source.key]);
        return path;
      }
      const added =
        source.kind === 'r2'
          ? await this.#writer.commit(path.value, { objectKey: source.key, size: source.size })
          : await this.#writer.write(path.value, source.bytes);
      return added.ok ? findEntry(this.#entries, path.value) : added;
    });
  }

  /** Removes every file, and every R2 object under the prefix. */
  destroy(): Promise<void> {
    return this.#inTurn(async () => {
      this.#transaction(() => {
        for (const { path } of this.#entries.children(root)) {
          this.#entries.removeBelow(path);
          if (!fixedFolders.includes(path)) this.#entries.remove(path);
        }
      });
      await this.#objects.destroy();
    });
  }

  #inTurn<Value>(change: () => Promise<Value>): Promise<Value> {
    const turn = this.#lastChange.then(change);
    this.#lastChange = turn.catch(() => undefined);
    return turn;
  }
}
