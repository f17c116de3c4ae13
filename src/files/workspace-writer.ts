import type { Clock } from '#lib/clock.ts';
import { succeed } from '#lib/result.ts';
import { normalizePath } from '#files/path.ts';
import { checkFile, checkRoom, done, workspaceLimits, type Outcome } from '#files/workspace-checks.ts';
import type { StoredBytes, WorkspaceEntries, WorkspaceEntry } from '#files/workspace-entries.ts';
import { objectKeys, type WorkspaceObjects } from '#files/workspace-objects.ts';

interface WriterDeps {
  readonly entries: WorkspaceEntries;
  readonly objects: WorkspaceObjects;
  readonly transaction: <Value>(work: () => Value) => Value;
  readonly clock: Clock;
}

const utf8 = new TextEncoder();

export const toBytes = (content: Uint8Array | string): Uint8Array =>
  typeof content === 'string' ? utf8.encode(content) : content;

/** Puts bytes into a workspace: first the object, if they need one, then the row, then what was there before goes. */
export class WorkspaceWriter {
  readonly #deps: WriterDeps;

  constructor(deps: WriterDeps) {
    this.#deps = deps;
  }

  async write(
    path: string,
    content: Uint8Array | string,
    uploadKey: string | null = null,
  ): Promise<Outcome<void>> {
    const normal = normalizePath(path);
    if (!normal.ok) return normal;
    const bytes = toBytes(content);
    const allowed = checkFile(this.#deps.entries, normal.value, bytes.byteLength);
    if (!allowed.ok) return allowed;
    return this.commit(
      normal.value,
      bytes.byteLength <= workspaceLimits.inlineBytes
        ? { bytes }
        : { objectKey: await this.#deps.objects.put(bytes), size: bytes.byteLength },
      uploadKey,
    );
  }

  /** Copies one file or one folder without what it holds to a normalized path. */
  async copyEntry(source: WorkspaceEntry, path: string): Promise<Outcome<void>> {
    const { entries, objects, clock } = this.#deps;
    if (source.kind === 'directory') {
      if (entries.get(path)?.kind === 'directory') return done;
      const room = checkRoom(entries, { entries: 1, bytes: 0 });
      if (room.ok) this.makeFolders([path]);
      return room;
    }
    const allowed = checkFile(entries, path, source.size);
    if (!allowed.ok) return allowed;
    const copied = await this.commit(
      path,
      source.objectKey === null
        ? { bytes: entries.bytes(source.path, 0, source.size) }
        : { objectKey: await objects.copy(source.objectKey), size: source.size },
    );
    if (copied.ok) entries.touch(path, { mode: source.mode, modifiedAt: clock.now() });
    return copied;
  }

  /** Checks once more, now that the bytes are stored, and puts them into place; an object that is refused is deleted. */
  async commit(path: string, stored: StoredBytes, uploadKey: string | null = null): Promise<Outcome<void>> {
    const { entries, objects, transaction, clock } = this.#deps;
    const size = 'bytes' in stored ? stored.bytes.byteLength : stored.size;
    const committed = transaction((): Outcome<WorkspaceEntry | undefined> => {
      const allowed = checkFile(entries, path, size);
      if (!allowed.ok) return allowed;
      this.makeFolders(allowed.value.folders);
      entries.putFile(path, stored, clock.now(), uploadKey);
      return succeed(allowed.value.replaced);
    });
    if (committed.ok) {
      await objects.discard(objectKeys(committed.value ? [committed.value] : []));
      return done;
    }
    await objects.discard('bytes' in stored ? [] : [stored.objectKey]);
    return committed;
  }

  makeFolders(folders: readonly string[]): void {
    for (const folder of folders) this.#deps.entries.putDirectory(folder, this.#deps.clock.now());
  }
}
