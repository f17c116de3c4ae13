import type { SessionChange, SessionInfo } from '#protocol/session.ts';
import { findRow, searchLabel, toSessionInfo } from '#user/session-row.ts';

/** Null when there is no such session. Taking a session out of the archive counts as using it. */
export function updateSession(
  sql: SqlStorage,
  sessionId: string,
  { change, now }: { readonly change: SessionChange; readonly now: number },
): SessionInfo | null {
  const row = findRow(sql, sessionId);
  if (row === undefined) return null;
  const name = change.name === undefined ? row.name : change.name;
  const folders = change.permission_folders ?? row.permission_folders;
  const archived = change.archived ?? row.archived_by !== null;
  const archivedBy = archived ? (row.archived_by ?? 'user') : null;
  const returns = row.archived_by !== null && !archived;
  sql.exec(
    `UPDATE session SET name = ?, label = ?, permission_folders = ?, archived_by = ?, used_at = max(used_at, ?)
     WHERE session_id = ?`,
    name,
    searchLabel({ ...row, name }),
    JSON.stringify(folders),
    archivedBy,
    returns ? now : 0,
    sessionId,
  );
  return toSessionInfo({ ...row, name, permission_folders: folders, archived_by: archivedBy });
}
