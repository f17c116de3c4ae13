import type { NewSession } from '#protocol/session.ts';
import { findRow, searchLabel } from '#user/session-row.ts';

/** What clients of the API expect to find where a user has set nothing. */
const DEFAULT_FOLDERS = ['/tmp'];

interface StartDeps {
  readonly sql: SqlStorage;
  readonly maxSessions: number;
}

/**
 * Lists a session. Contract: repeating it changes nothing; what goes beyond `maxSessions`, least recently used
 * first, is archived and stays readable, searchable and resumable.
 */
export function startSession({ sql, maxSessions }: StartDeps, session: NewSession): void {
  if (findRow(sql, session.session_id) !== undefined) return;
  const firstMessage = firstCharacters(session.first_message, 100);
  sql.exec(
    `INSERT INTO session (session_id, number, first_message, label, agent_id, client_type, permission_folders,
                          created_at, updated_at, used_at)
     SELECT ?, coalesce(max(number), 0) + 1, ?, ?, ?, ?, ?, ?, ?, ? FROM session`,
    session.session_id,
    firstMessage,
    searchLabel({ name: null, title: null, first_message: firstMessage }),
    session.agent_id,
    session.client_type,
    JSON.stringify(DEFAULT_FOLDERS),
    session.created_at,
    session.created_at,
    session.created_at,
  );
  sql.exec(
    `UPDATE session SET archived_by = 'cap' WHERE session_id IN (
       SELECT session_id FROM session WHERE archived_by IS NULL ORDER BY used_at DESC, number DESC LIMIT -1 OFFSET ?
     )`,
    maxSessions,
  );
}

/** By characters and not by UTF-16 units: half an emoji is not text. */
const firstCharacters = (text: string, count: number): string =>
  Array.from(text.slice(0, 2 * count))
    .slice(0, count)
    .join('')
    .toWellFormed();
