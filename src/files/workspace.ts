import type { Clock } from '#lib/clock.ts';
import type { Log } from '#lib/log.ts';
import { fail, succeed, type Result } from '#lib/result.ts';
import { fixedFolders, normalizePath, root } from '#files/path.ts';
import { checkUploads, done, findEntry, findFile, freePath, type Outcome } from '#files/workspace-checks.ts';
import { WorkspaceEntries, type WorkspaceEntry } from '#files/workspace-entries.ts';
import { WorkspaceObjects } from '#files/workspace-objects.ts';
import type { WorkspaceProblem } from '#files/workspace-problem.ts';
import { WorkspaceReader } from '#files/workspace-reader.ts';
import { WorkspaceTree } from '#files/workspace-tree.ts';
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

/** Why a path, normalized, may not be changed; undefined where it may. */
export type Guard = (path: string) => WorkspaceProblem | undefined;

export interface UploadedFile {
  readonly folder: 'input' | 'output';
  /** One name, without folders. */
  readonly name: string;
  readonly source:
    | { readonly kind: 'r2'; readonly key: string; readonly size: number }
    | { readonly kind: 'inline'; readonly bytes: Uint8Array };
  /** What is uploaded again with the same key is the file that is there. */
  readonly key?: string | undefined;
}

/**
 * The files of one session: folders and small files in the object's SQLite, larger ones in R2. Make one per Durable
 * Object, over `workspaceTables`.
 *
 * Contract: paths are absolute under `/workspace` or relative to it, and none leaves it. Changes happen one after the
 * other in the order they were asked for. A row changes only when its bytes are safely stored, so a crash leaves at most
 * an object that no row names. Limits are checked before anything is written.
 */
export class Workspace extends WorkspaceReader {
  readonly #deps: WorkspaceDeps;
  readonly #transaction: WorkspaceDeps['transaction'];
  readonly #entries: WorkspaceEntries;
  readonly #objects: WorkspaceObjects;
  readonly #writer: WorkspaceWriter;
  readonly #tree: WorkspaceTree;
  readonly #guarded: { readonly whole: Workspace; readonly guard: Guard } | undefined;
  #lastChange: Promise<unknown> = Promise.resolve();

  constructor(deps: WorkspaceDeps, guarded?: { readonly whole: Workspace; readonly guard: Guard }) {
    const { sql, transaction, bucket, prefix, clock, log } = deps;
    const entries = new WorkspaceEntries(sql);
    const objects = new WorkspaceObjects(bucket, prefix, log);
    super(entries, objects);
    this.#deps = deps;
    this.#guarded = guarded;
    this.#transaction = transaction;
    this.#entries = entries;
    this.#objects = objects;
    const writer = new WorkspaceWriter({ entries, objects, transaction, clock });
    this.#writer = writer;
    this.#tree = new WorkspaceTree({ entries, objects, writer, transaction });
  }

  /** The same files for somebody who may change only some of them: what `guard` refuses stays as it is. */
  guardedBy(guard: Guard): Workspace {
    return new Workspace(this.#deps, { whole: this, guard });
  }

  /** Makes or replaces a file, and the folders above it. */
  writeFile(path: string, content: Uint8Array | string): Promise<Outcome<void>> {
    return this.#change([path], () => this.#writer.write(path, content));
  }

  /** Makes the file if it is not there. */
  append(path: string, content: Uint8Array | string): Promise<Outcome<void>> {
    return this.#change([path], async () => {
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
    return this.#change([path], async () => {
      const old = await this.read(path);
      if (!old.ok) return old;
      const changed = change(old.value);
      return changed.ok ? this.#writer.write(path, changed.value) : changed;
    });
  }

  mkdir(path: string, options: { readonly recursive?: boolean } = {}): Promise<Outcome<void>> {
    return this.#change([path], () => this.#tree.mkdir(path, options));
  }

  /** A folder that is not empty needs `recursive`. `input` and `output` are emptied and stay. */
  remove(path: string, options: { readonly recursive?: boolean } = {}): Promise<Outcome<void>> {
    return this.#change([path], () => this.#tree.remove(path, options));
  }

  /** `to` is the new path itself, not a folder to move into. A file replaces a file; the folder above must be there. */
  rename(from: string, to: string): Promise<Outcome<void>> {
    return this.#change([from, to], () => this.#tree.rename(from, to));
  }

  /** `to` is the new path itself. A folder needs `recursive`, and is merged into a folder that is there. */
  copy(from: string, to: string, options: { readonly recursive?: boolean } = {}): Promise<Outcome<void>> {
    return this.#change([to], () => this.#tree.copy(from, to, options));
  }

  touch(
    path: string,
    change: { readonly mode?: number; readonly modifiedAt?: number },
  ): Promise<Outcome<void>> {
    return this.#change([path], () => this.#tree.touch(path, change));
  }

  /**
   * Adds a file under a free name: `a.txt`, else `a_1.txt`, `a_2.txt`, … An R2 object must lie under the prefix
   * (`newObjectKey`) and belongs to the workspace from now on: when the file is refused, or there already with
   * another object, the object is deleted.
   */
  addUploaded({ folder, name, source, key }: UploadedFile): Promise<Outcome<WorkspaceEntry>> {
    return this.#inTurn(async () => {
      const discard = () => this.#objects.discard(source.kind === 'r2' ? [source.key] : []);
      const known = key === undefined ? undefined : this.#entries.uploaded(`${root}/${folder}`, key);
      if (known !== undefined) {
        if (source.kind === 'r2' && source.key !== known.objectKey) await discard();
        return succeed(known);
      }
      const room = checkUploads(this.#entries);
      const path = room.ok ? freePath(this.#entries, folder, name) : room;
      if (!path.ok) {
        await discard();
        return path;
      }
      const added =
        source.kind === 'r2'
          ? await this.#writer.commit(path.value, { objectKey: source.key, size: source.size }, key)
          : await this.#writer.write(path.value, source.bytes, key);
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

  #change<Value, Refusal>(
    paths: readonly string[],
    change: () => Promise<Result<Value, WorkspaceProblem | Refusal>>,
  ): Promise<Result<Value, WorkspaceProblem | Refusal>> {
    return this.#inTurn(async () => {
      for (const path of paths) {
        const normal = normalizePath(path);
        const refusal = normal.ok ? this.#guarded?.guard(normal.value) : normal.problem;
        if (refusal !== undefined) return fail(refusal);
      }
      return change();
    });
  }

  #inTurn<Value>(change: () => Promise<Value>): Promise<Value> {
    if (this.#guarded !== undefined) return this.#guarded.whole.#inTurn(change);
    const turn = this.#lastChange.then(change);
    this.#lastChange = turn.catch(() => undefined);
    return turn;
  }
}
