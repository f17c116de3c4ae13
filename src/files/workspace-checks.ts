import { succeed, type Result } from '#lib/result.ts';
import { noMoreFiles, uploadLimits } from '#protocol/file.ts';
import {
  fixedFolders,
  foldersAbove,
  isInside,
  nameCandidates,
  normalizePath,
  splitPath,
} from '#files/path.ts';
import type { WorkspaceEntries, WorkspaceEntry } from '#files/workspace-entries.ts';
import { refuse, type WorkspaceProblem } from '#files/workspace-problem.ts';

/** What is asked before a workspace is read or changed. Paths are as they come from outside, except where said. */

export const workspaceLimits = {
  bytes: 500 * 1024 * 1024,
  /** Files and folders together, without `input` and `output`. */
  entries: 10_000,
  /** Larger files are R2 objects: a SQLite row of a Durable Object holds 2 MB. */
  inlineBytes: 1024 * 1024,
  /** An isolate has 128 MB: what is larger is read in parts. */
  readBytes: 32 * 1024 * 1024,
} as const;

export type Outcome<Value> = Result<Value, WorkspaceProblem>;
export const done: Outcome<void> = succeed(undefined);

export const missing = (path: string) => refuse('ENOENT', `${path} does not exist.`);
export const alwaysThere = (path: string) => refuse('EACCES', `${path} is always there and stays.`);

export function findEntry(entries: WorkspaceEntries, path: string): Outcome<WorkspaceEntry> {
  const normal = normalizePath(path);
  if (!normal.ok) return normal;
  const entry = entries.get(normal.value);
  return entry ? succeed(entry) : missing(normal.value);
}

export function findFile(entries: WorkspaceEntries, path: string): Outcome<WorkspaceEntry> {
  const found = findEntry(entries, path);
  return found.ok && found.value.kind === 'directory'
    ? refuse('EISDIR', `${found.value.path} is a folder.`)
    : found;
}

export function findFolder(entries: WorkspaceEntries, path: string): Outcome<WorkspaceEntry> {
  const found = findEntry(entries, path);
  return found.ok && found.value.kind === 'file'
    ? refuse('ENOTDIR', `${found.value.path} is not a folder.`)
    : found;
}

/** The folders above a normalized path that are still to be made, from the top down. */
export function absentFolders(entries: WorkspaceEntries, path: string): Outcome<string[]> {
  const absent: string[] = [];
  for (const folder of foldersAbove(path)) {
    const entry = entries.get(folder);
    if (entry?.kind === 'file') return refuse('ENOTDIR', `${folder} is not a folder.`);
    if (!entry) absent.push(folder);
  }
  return succeed(absent);
}

export function checkRoom(
  entries: WorkspaceEntries,
  added: { readonly entries: number; readonly bytes: number },
): Outcome<void> {
  const { files, directories, bytes } = entries.totals();
  if (files + directories - fixedFolders.length + added.entries > workspaceLimits.entries) {
    return refuse(
      'ENOSPC',
      `The workspace holds at most ${workspaceLimits.entries} files and folders: remove some first.`,
    );
  }
  if (bytes + added.bytes > workspaceLimits.bytes) {
    return refuse(
      'ENOSPC',
      `The workspace holds at most ${workspaceLimits.bytes / 1024 / 1024} MiB: remove files first.`,
    );
  }
  return done;
}

/** Whether `input` and `output` may hold one more upload. */
export function checkUploads(entries: WorkspaceEntries): Outcome<void> {
  const files = fixedFolders.flatMap((folder) => entries.below(folder)).filter(({ kind }) => kind === 'file');
  return files.length < uploadLimits.sessionFiles ? done : refuse('ENOSPC', noMoreFiles);
}

/** Whether a file of `size` bytes may stand at a normalized path; if so, which folders it still needs. */
export function checkFile(
  entries: WorkspaceEntries,
  path: string,
  size: number,
): Outcome<{ readonly replaced: WorkspaceEntry | undefined; readonly folders: readonly string[] }> {
  const replaced = entries.get(path);
  if (replaced?.kind === 'directory') return refuse('EISDIR', `${path} is a folder.`);
  const folders = absentFolders(entries, path);
  if (!folders.ok) return folders;
  const room = checkRoom(entries, {
    entries: folders.value.length + (replaced ? 0 : 1),
    bytes: size - (replaced?.size ?? 0),
  });
  return room.ok ? succeed({ replaced, folders: folders.value }) : room;
}

/** Where `source`, and what it holds, may be moved or copied to. */
export function checkTarget(
  entries: WorkspaceEntries,
  source: WorkspaceEntry,
  to: string,
): Outcome<{ readonly path: string; readonly replaced: WorkspaceEntry | undefined }> {
  const normal = normalizePath(to);
  if (!normal.ok) return normal;
  const path = normal.value;
  const replaced = entries.get(path);
  if (path === source.path) return succeed({ path, replaced });
  if (source.kind === 'directory' && isInside(path, source.path)) {
    return refuse('EINVAL', `${source.path} cannot be put into itself.`);
  }
  if (source.kind === 'file' && replaced?.kind === 'directory')
    return refuse('EISDIR', `${path} is a folder.`);
  if (source.kind === 'directory' && replaced?.kind === 'file')
    return refuse('ENOTDIR', `${path} is not a folder.`);
  const folders = absentFolders(entries, path);
  if (!folders.ok) return folders;
  if (folders.value[0] !== undefined) return missing(folders.value[0]);
  for (const entry of source.kind === 'directory' ? entries.below(source.path) : []) {
    const moved = normalizePath(path + entry.path.slice(source.path.length));
    if (!moved.ok) return moved;
  }
  return succeed({ path, replaced });
}

/** The first free path for a new file in a folder of the workspace. */
export function freePath(entries: WorkspaceEntries, folder: string, name: string): Outcome<string> {
  for (const candidate of nameCandidates(name)) {
    const path = normalizePath(`${folder}/${candidate}`);
    if (!path.ok) return path;
    if (splitPath(path.value).name !== candidate)
      return refuse('EINVAL', 'A file name has no folders in it.');
    if (!entries.get(path.value)) return path;
  }
  throw new Error('there is always a free name');
}
