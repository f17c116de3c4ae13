import type { SessionPage, SessionQuery } from '#protocol/session.ts';
import { readRows, toSessionInfo } from '#user/session-row.ts';

/** Newest created first: those in use, or those in the archive. Without `limit`, all of them. */
export function listSessions(sql: SqlStorage, { limit, cursor, archived }: SessionQuery): SessionPage {
  const [createdAt, number] = cursor?.split('.').map(Number) ?? [];
  const rows = readRows(
    sql.exec(
      `SELECT * FROM session
       WHERE (archived_by IS NOT NULL) = ? AND (created_at, number) < (?, ?)
       ORDER BY created_at DESC, number DESC LIMIT ?`,
      archived === true ? 1 : 0,
      createdAt ?? Number.MAX_SAFE_INTEGER,
      number ?? Number.MAX_SAFE_INTEGER,
      limit === undefined ? -1 : limit + 1,
    ),
  );
  const page = limit === undefined ? rows : rows.slice(0, limit);
  const last = page.at(-1);
  return {
    sessions: page.map(toSessionInfo),
    next_cursor: rows.length > page.length && last ? `${last.created_at}.${last.number}` : null,
  };
}
