import { fixedFolders, normalizePath, root } from '#files/path.ts';
import {
  absentFolders,
  alwaysThere,
  checkRoom,
  checkTarget,
  done,
  findEntry,
  missing,
  type Outcome,
} from '#files/workspace-checks.ts';
import type { WorkspaceEntries } from '#files/workspace-entries.ts';
import { objectKeys, type WorkspaceObjects } from '#files/workspace-objects.ts';
import { refuse } from '#files/workspace-problem.ts';
import type { WorkspaceWriter } from '#files/workspace-writer.ts';

interface TreeDeps {
  readonly entries: WorkspaceEntries;
  readonly objects: WorkspaceObjects;
  readonly writer: WorkspaceWriter;
  readonly transaction: <Value>(work: () => Value) => Value;
}

/**
 * Makes, moves, copies and removes files and folders whole, as `Workspace` promises. Contract: callers ask for one
 * change after the other.
 */
export class WorkspaceTree {
  readonly #deps: TreeDeps;

  constructor(deps: TreeDeps) {
    this.#deps = deps;
  }

  async mkdir(
    path: string,
    { recursive = false }: { readonly recursive?: boolean } = {},
  ): Promise<Outcome<void>> {
    const { entries, writer, transaction } = this.#deps;
    const normal = normalizePath(path);
    if (!normal.ok) return normal;
    const entry = entries.get(normal.value);
    if (entry) {
      return recursive && entry.kind === 'directory' ? done : refuse('EEXIST', `${entry.path} exists.`);
    }
    const absent = absentFolders(entries, normal.value);
    if (!absent.ok) return absent;
    if (!recursive && absent.value.length > 0) return missing(absent.value[0] ?? normal.value);
    const room = checkRoom(entries, { entries: absent.value.length + 1, bytes: 0 });
    if (!room.ok) return room;
    transaction(() => writer.makeFolders([...absent.value, normal.value]));
    return done;
  }

  async remove(
    path: string,
    { recursive = false }: { readonly recursive?: boolean } = {},
  ): Promise<Outcome<void>> {
    const { entries, objects, transaction } = this.#deps;
    const found = findEntry(entries, path);
    if (!found.ok) return found;
    const entry = found.value;
    const fixed = fixedFolders.includes(entry.path);
    if (entry.path === root || (fixed && !recursive)) return alwaysThere(entry.path);
    const below = entry.kind === 'directory' ? entries.below(entry.path) : [];
    if (below.length > 0 && !recursive) return refuse('ENOTEMPTY', `${entry.path} is not empty.`);
    transaction(() => {
      entries.removeBelow(entry.path);
      if (!fixed) entries.remove(entry.path);
    });
    await objects.discard(objectKeys([entry, ...below]));
    return done;
  }

  async rename(from: string, to: string): Promise<Outcome<void>> {
    const { entries, objects, transaction } = this.#deps;
    const source = findEntry(entries, from);
    if (!source.ok) return source;
    const target = checkTarget(entries, source.value, to);
    if (!target.ok) return target;
    const { path, replaced } = target.value;
    if (path === source.value.path) return done;
    if (fixedFolders.includes(source.value.path)) return alwaysThere(source.value.path);
    if (replaced && source.value.kind === 'directory') return refuse('EEXIST', `${path} exists.`);
    transaction(() => {
      if (replaced) entries.remove(path);
      entries.move(source.value.path, path);
    });
    await objects.discard(objectKeys(replaced ? [replaced] : []));
    return done;
  }

  async copy(
    from: string,
    to: string,
    { recursive = false }: { readonly recursive?: boolean } = {},
  ): Promise<Outcome<void>> {
    const { entries, writer } = this.#deps;
    const source = findEntry(entries, from);
    if (!source.ok) return source;
    const target = checkTarget(entries, source.value, to);
    if (!target.ok) return target;
    if (target.value.path === source.value.path) return done;
    if (source.value.kind === 'directory' && !recursive) {
      return refuse('EISDIR', `${source.value.path} is a folder: copy it recursively.`);
    }
    const below = source.value.kind === 'directory' ? entries.below(source.value.path) : [];
    if (!target.value.replaced) {
      const room = checkRoom(entries, {
        entries: below.length + 1,
        bytes: [source.value, ...below].reduce((sum, { size }) => sum + size, 0),
      });
      if (!room.ok) return room;
    }
    for (const entry of [source.value, ...below]) {
      const copied = await writer.copyEntry(
        entry,
        target.value.path + entry.path.slice(source.value.path.length),
      );
      if (!copied.ok) return copied;
    }
    return done;
  }

  async touch(
    path: string,
    change: { readonly mode?: number; readonly modifiedAt?: number },
  ): Promise<Outcome<void>> {
    const { entries } = this.#deps;
    const found = findEntry(entries, path);
    if (!found.ok) return found;
    const { mode, modifiedAt } = found.value;
    entries.touch(found.value.path, { mode, modifiedAt, ...change });
    return done;
  }
}
