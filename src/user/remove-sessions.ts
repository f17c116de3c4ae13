import { recordId } from '#user/record-id.ts';
import { findRow } from '#user/session-row.ts';

/** Takes sessions off the list and out of the search; unknown ids are none of its business. */
export function removeSessions(sql: SqlStorage, sessionIds: readonly string[]): void {
  for (const sessionId of sessionIds) {
    const row = findRow(sql, sessionId);
    if (row === undefined) continue;
    sql.exec(
      'DELETE FROM record WHERE rowid >= ? AND rowid < ?',
      recordId(row.number, 0),
      recordId(row.number + 1, 0),
    );
    sql.exec('DELETE FROM session WHERE session_id = ?', sessionId);
  }
}
