import { catalog } from '#catalog/catalog.ts';
import { readRow, type Session } from '#session/session.ts';

/** What `GET /sessions/{id}` shows where a user has set nothing, and so sets nothing. */
const UNSET = ['/tmp'];

/** The user's choice for this session, else the agent's own; null: the whole workspace. */
export function writableFolders(sql: SqlStorage): readonly string[] | null {
  const row = readRow(sql);
  return row?.writable_folders ?? catalog.agent(row?.agent_id ?? null).allowedDirectories ?? null;
}

/** From the next write of a tool on. */
export function setWritableFolders({ sql }: Pick<Session, 'sql'>, folders: readonly string[]): void {
  const isUnset =
    folders.length === UNSET.length && folders.every((folder, index) => folder === UNSET[index]);
  sql.exec('UPDATE session SET writable_folders = ?', isUnset ? null : JSON.stringify(folders));
}
