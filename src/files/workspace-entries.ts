import { z } from 'zod';
import { fixedFolders, root, splitPath } from '#files/path.ts';

/** A file or folder of the workspace, without its bytes. */
export interface WorkspaceEntry {
  readonly path: string;
  readonly name: string;
  readonly kind: 'file' | 'directory';
  /** Bytes; 0 for a folder. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly modifiedAt: number;
  /** Permission bits, kept for `chmod` and `ls -l`; nothing is enforced by them. */
  readonly mode: number;
  /** Where the bytes are when they are not in the row. */
  readonly objectKey: string | null;
}

/** Exactly one of the two holds the bytes. */
export type StoredBytes =
  | { readonly bytes: Uint8Array }
  | { readonly objectKey: string; readonly size: number };

const Row = z
  .object({
    parent: z.string(),
    name: z.string(),
    kind: z.enum(['file', 'directory']),
    size: z.number(),
    mode: z.number(),
    modified_at: z.number(),
    object_key: z.string().nullable(),
  })
  .transform(({ parent, name, modified_at, object_key, ...rest }): WorkspaceEntry => ({
    ...rest,
    path: `${parent}/${name}`,
    name,
    modifiedAt: modified_at,
    objectKey: object_key,
  }));

const columns = 'parent, name, kind, size, mode, modified_at, object_key';
const Bytes = z.object({ bytes: z.instanceof(ArrayBuffer) });
const Totals = z.object({ files: z.number(), directories: z.number(), bytes: z.number() });

const fileMode = 0o644;
const directoryMode = 0o755;

const topEntry: WorkspaceEntry = {
  path: root,
  name: root.slice(1),
  kind: 'directory',
  size: 0,
  modifiedAt: 0,
  mode: directoryMode,
  objectKey: null,
};

/**
 * The rows of a workspace. Contract: every path is normalized, nothing is checked here, and nothing waits: callers put
 * what belongs together into one transaction.
 */
export class WorkspaceEntries {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  get(path: string): WorkspaceEntry | undefined {
    if (path === root) return this.#top();
    const { parent, name } = splitPath(path);
    return this.#select('parent = ? AND name = ?', parent, name)[0];
  }

  /** It has no row of its own: it is as old as a folder that was made with it. */
  #top(): WorkspaceEntry {
    const made = fixedFolders.flatMap((path) => this.get(path)?.modifiedAt ?? []);
    return { ...topEntry, modifiedAt: Math.max(0, ...made) };
  }

  /** Of a file whose bytes are in its row. `offset` counts from 0. */
  bytes(path: string, offset: number, length: number): Uint8Array {
    // SQLite gives NULL for an empty blob
    if (length === 0) return new Uint8Array();
    const { parent, name } = splitPath(path);
    const row = this.#sql
      .exec(
        'SELECT substr(bytes, ?, ?) AS bytes FROM workspace_entry WHERE parent = ? AND name = ?',
        offset + 1,
        length,
        parent,
        name,
      )
      .one();
    return new Uint8Array(Bytes.parse(row).bytes);
  }

  children(folder: string): WorkspaceEntry[] {
    return this.#select('parent = ? ORDER BY name', folder);
  }

  /** Everything below a folder, sorted by path. */
  below(folder: string): WorkspaceEntry[] {
    return this.#select(`${belowFolder} ORDER BY parent || '/' || name`, ...belowBindings(folder));
  }

  /** The file of a folder that came with an upload of this key. */
  uploaded(folder: string, key: string): WorkspaceEntry | undefined {
    return this.#select('upload_key = ? AND parent = ?', key, folder)[0];
  }

  totals(): z.infer<typeof Totals> {
    return Totals.parse(this.#sql.exec('SELECT files, directories, bytes FROM workspace_total').one());
  }

  putDirectory(path: string, at: number): void {
    const { parent, name } = splitPath(path);
    this.#sql.exec(
      `INSERT INTO workspace_entry (${columns}) VALUES (?, ?, 'directory', 0, ${directoryMode}, ?, NULL)`,
      parent,
      name,
      at,
    );
  }

  /** Writes a new file, or other bytes into the one that is there, whose mode and key stay. */
  putFile(path: string, content: StoredBytes, at: number, uploadKey: string | null): void {
    const { parent, name } = splitPath(path);
    const inRow = 'bytes' in content;
    this.#sql.exec(
      `INSERT INTO workspace_entry (${columns}, bytes, upload_key) VALUES (?, ?, 'file', ?, ${fileMode}, ?, ?, ?, ?)
       ON CONFLICT (parent, name) DO UPDATE SET size = excluded.size, modified_at = excluded.modified_at,
         object_key = excluded.object_key, bytes = excluded.bytes`,
      parent,
      name,
      inRow ? content.bytes.byteLength : content.size,
      at,
      inRow ? null : content.objectKey,
      inRow ? content.bytes : null,
      uploadKey,
    );
  }

  touch(path: string, { mode, modifiedAt }: { readonly mode: number; readonly modifiedAt: number }): void {
    const { parent, name } = splitPath(path);
    this.#sql.exec(
      'UPDATE workspace_entry SET mode = ?, modified_at = ? WHERE parent = ? AND name = ?',
      mode,
      modifiedAt,
      parent,
      name,
    );
  }

  remove(path: string): void {
    const { parent, name } = splitPath(path);
    this.#sql.exec('DELETE FROM workspace_entry WHERE parent = ? AND name = ?', parent, name);
  }

  removeBelow(folder: string): void {
    this.#sql.exec(`DELETE FROM workspace_entry WHERE ${belowFolder}`, ...belowBindings(folder));
  }

  /** Gives a file or folder, and what is below it, a new path that is free. */
  move(from: string, to: string): void {
    const source = splitPath(from);
    const target = splitPath(to);
    this.#sql.exec(
      `UPDATE workspace_entry SET parent = ? || substr(parent, length(?) + 1) WHERE ${belowFolder}`,
      to,
      from,
      ...belowBindings(from),
    );
    this.#sql.exec(
      'UPDATE workspace_entry SET parent = ?, name = ? WHERE parent = ? AND name = ?',
      target.parent,
      target.name,
      source.parent,
      source.name,
    );
  }

  #select(condition: string, ...bindings: string[]): WorkspaceEntry[] {
    return this.#sql
      .exec(`SELECT ${columns} FROM workspace_entry WHERE ${condition}`, ...bindings)
      .toArray()
      .map((row) => Row.parse(row));
  }
}

// '0' is the character after '/': the range holds exactly the parents that begin with `folder/`.
const belowFolder = '(parent = ? OR (parent >= ? AND parent < ?))';
const belowBindings = (folder: string): [string, string, string] => [folder, `${folder}/`, `${folder}0`];
