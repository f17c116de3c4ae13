import { contentTypeOf } from '#files/file-kind.ts';
import { isInnerPath, safeFileName, shownFileName } from '#files/file-name.ts';
import { root } from '#files/path.ts';
import type { FileLocation } from '#files/workspace-reader.ts';
import type { UploadedFile } from '#files/workspace.ts';
import { succeed, type Result } from '#lib/result.ts';
import {
  noMoreFiles,
  uploadLimits,
  type FileDeleteRequest,
  type FileInfo,
  type FileType,
} from '#protocol/file.ts';
import { readRow, type Session } from '#session/session.ts';

/** The part of a session that its files need. */
export type FilesDeps = Pick<Session, 'sessionId' | 'workspace' | 'sql' | 'clients'>;

/** What `input/` and `output/` can still take together. Never negative. */
export interface UploadRoom {
  readonly files: number;
  readonly bytes: number;
}

export interface NewUpload {
  /** As the uploader called it. */
  readonly originalName: string;
  readonly source: UploadedFile['source'];
  /** Who may have to upload a file again, not knowing whether it arrived, gives it a key: it is stored once. */
  readonly key?: string;
}

export interface StoredUpload {
  readonly file: FileInfo;
  readonly total_files: number;
  readonly total_size_bytes: number;
}

const fileTypes: readonly FileType[] = ['input', 'output'];

/** Null where the session is unknown: nobody has talked to it, and nothing was put into it. */
export function listFiles(session: FilesDeps, fileType?: FileType): FileInfo[] | null {
  if (!isKnown(session)) return null;
  return (fileType === undefined ? fileTypes : [fileType])
    .flatMap((type) => filesIn(session, type))
    .sort((a, b) => b.modifiedAt - a.modifiedAt || (a.info.safe_name < b.info.safe_name ? -1 : 1))
    .map(({ info }) => info);
}

/** Asked before the bytes of an upload are taken, so that a full session refuses them at once. Null: unknown session. */
export function uploadRoom(session: FilesDeps, { mustBeKnown }: { mustBeKnown: boolean }): UploadRoom | null {
  return mustBeKnown && !isKnown(session) ? null : roomOf(session);
}

function roomOf(session: FilesDeps): UploadRoom {
  const { total_files, total_size_bytes } = totals(session);
  return {
    files: Math.max(0, uploadLimits.sessionFiles - total_files),
    bytes: Math.max(0, uploadLimits.sessionBytes - total_size_bytes),
  };
}

/**
 * Makes an upload a file of the session, under a free name, and tells everyone who watches. The problem is a sentence
 * for the user; an R2 object that was refused is deleted. The limits hold exactly, however many uploads end at once.
 */
export async function commitUpload(
  session: FilesDeps,
  upload: NewUpload,
): Promise<Result<StoredUpload, string>> {
  const added = await session.workspace.addUploaded({
    folder: 'input',
    name: safeFileName(upload.originalName),
    source: upload.source,
    key: upload.key,
  });
  if (!added.ok) return { ok: false, problem: added.problem.message };
  const { name, size, modifiedAt } = added.value;
  const file = {
    ...fileInfo(session, 'input', { name, size, modifiedAt }),
    original_name: shownFileName(upload.originalName) || name,
  };
  session.clients.broadcast({ type: 'file_uploaded', file });
  return succeed({ file, ...totals(session) });
}

/**
 * Makes or replaces the file at `path` (`input/…` or `output/…`), and tells everyone who watches. The problem is a
 * sentence for the user. Null where the session is unknown.
 */
export async function writeFile(
  session: FilesDeps,
  path: string,
  bytes: Uint8Array,
): Promise<Result<FileInfo, string> | null> {
  if (!isKnown(session)) return null;
  const type = fileTypes.find((one) => path.startsWith(`${one}/`));
  if (type === undefined || !isInnerPath(path))
    return { ok: false, problem: 'Files are written below input/ or output/.' };
  const replaced = session.workspace.stat(`${root}/${path}`);
  const { files, bytes: free } = roomOf(session);
  if (replaced === undefined && files === 0) return { ok: false, problem: noMoreFiles };
  if (bytes.byteLength - (replaced?.size ?? 0) > free)
    return { ok: false, problem: `The files of this session have ${free} bytes left: delete some first.` };
  const written = await session.workspace.writeFile(`${root}/${path}`, bytes);
  if (!written.ok) return { ok: false, problem: written.problem.message };
  const file = fileInfo(session, type, {
    name: path.slice(type.length + 1),
    size: bytes.byteLength,
    modifiedAt: session.workspace.stat(`${root}/${path}`)?.modifiedAt ?? 0,
  });
  session.clients.broadcast({ type: 'file_uploaded', file });
  return succeed(file);
}

/** Null where the session is unknown. */
export async function deleteFile(
  session: FilesDeps,
  { safe_name, file_type }: FileDeleteRequest,
): Promise<{ deleted: boolean; remaining: number } | null> {
  if (!isKnown(session)) return null;
  const path = `${root}/${file_type}/${safe_name}`;
  const isFile = isInnerPath(safe_name) && session.workspace.stat(path)?.kind === 'file';
  const deleted = isFile && (await session.workspace.remove(path)).ok;
  if (deleted) session.clients.broadcast({ type: 'file_deleted', safe_name, file_type });
  return { deleted, remaining: totals(session).total_files };
}

/** Where the bytes of a file are; `path` is relative to the workspace and may not leave it. */
export function locateFile(session: FilesDeps, path: string): FileLocation | 'no_file' | 'no_session' {
  if (!isKnown(session)) return 'no_session';
  const location = isInnerPath(path) ? session.workspace.locate(`${root}/${path}`) : undefined;
  return location?.ok === true ? location.value : 'no_file';
}

const isKnown = (session: FilesDeps) =>
  readRow(session.sql) !== undefined || session.workspace.totals().files > 0;

function totals(session: FilesDeps) {
  const files = fileTypes.flatMap((type) => filesIn(session, type));
  return {
    total_files: files.length,
    total_size_bytes: files.reduce((sum, { info }) => sum + info.size_bytes, 0),
  };
}

/** Also in folders below: their names then have slashes. */
function filesIn(session: FilesDeps, type: FileType): { info: FileInfo; modifiedAt: number }[] {
  const folder = `${root}/${type}`;
  const below = session.workspace.walk(folder);
  if (!below.ok) return [];
  return below.value
    .filter(({ kind }) => kind === 'file')
    .map(({ path, size, modifiedAt }) => ({
      info: fileInfo(session, type, { name: path.slice(folder.length + 1), size, modifiedAt }),
      modifiedAt,
    }));
}

const fileInfo = (
  { sessionId }: FilesDeps,
  type: FileType,
  { name, size, modifiedAt }: { readonly name: string; readonly size: number; readonly modifiedAt: number },
): FileInfo => ({
  safe_name: name,
  original_name: name,
  file_type: type,
  size_bytes: size,
  content_type: contentTypeOf(name),
  created_at: new Date(modifiedAt).toISOString(),
  session_id: sessionId,
});
