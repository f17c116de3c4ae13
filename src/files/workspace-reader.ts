import { succeed } from '#lib/result.ts';
import { normalizePath, root } from '#files/path.ts';
import { findFile, findFolder, workspaceLimits, type Outcome } from '#files/workspace-checks.ts';
import type { WorkspaceEntries, WorkspaceEntry } from '#files/workspace-entries.ts';
import type { WorkspaceObjects } from '#files/workspace-objects.ts';
import { refuse } from '#files/workspace-problem.ts';

export type FileLocation = { readonly size: number; readonly modifiedAt: number } & (
  | { readonly kind: 'inline'; readonly bytes: Uint8Array }
  | { readonly kind: 'r2'; readonly key: string }
);

const mebibytes = (bytes: number) => `${Math.ceil(bytes / 1024 / 1024)} MiB`;

/** Looks into the files of a session, and changes nothing. Paths are absolute under `/workspace` or relative to it. */
export class WorkspaceReader {
  readonly #entries: WorkspaceEntries;
  readonly #objects: WorkspaceObjects;

  constructor(entries: WorkspaceEntries, objects: WorkspaceObjects) {
    this.#entries = entries;
    this.#objects = objects;
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
}
