import { historyRecords } from '#session/history.ts';
import { readRow, type Session } from '#session/session.ts';

/**
 * Copies finished turns to R2 as JSONL, one file a turn, so that what it costs does not grow with the session. Nobody
 * waits for it. Contract: never throws; a turn that was missed is made up for the next time.
 */
export function writeHistoryFiles(session: Session): Promise<void> {
  session.writingHistory ??= writeMissing(session)
    .catch((error: unknown) => {
      session.log.error('history not written', { sessionId: session.sessionId, error: String(error) });
    })
    .finally(() => {
      session.writingHistory = undefined;
    });
  return session.writingHistory;
}

async function writeMissing(session: Session): Promise<void> {
  for (;;) {
    const row = readRow(session.sql);
    if (row === undefined || session.closed || row.told_turn >= row.finished_turn) return;
    const turn = row.told_turn + 1;
    const lines = session.entries
      .turn(turn)
      .flatMap(historyRecords)
      .map((record) => JSON.stringify(record));
    const key = `${historyPrefix(session)}${String(turn).padStart(8, '0')}.jsonl`;
    await session.files.put(key, `${lines.join('\n')}\n`);
    session.sql.exec('UPDATE session SET told_turn = ?', turn);
  }
}

export const historyPrefix = ({ username, sessionId }: Pick<Session, 'username' | 'sessionId'>): string =>
  `users/${username}/history/${sessionId}/`;
