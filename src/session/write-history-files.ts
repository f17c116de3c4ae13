import { historyRecords } from '#session/history.ts';
import { readRow, type Session } from '#session/session.ts';
import { tellUserSpace } from '#session/tell-user-space.ts';

/** The next prompt often follows at once, and should not have to share the disk and the line with a copy. */
const DELAY_MS = 1_000;

/**
 * Copies finished turns to R2 as JSONL, one file a turn, so that what it costs does not grow with the session. Nobody
 * waits for it. Contract: never throws; a turn that was missed is made up for the next time.
 */
export function writeHistoryFiles(session: Session): Promise<void> {
  const row = readRow(session.sql);
  if (row === undefined || row.told_turn >= row.finished_turn) return Promise.resolve();
  session.writingHistory ??= new Promise((resolve) => setTimeout(resolve, DELAY_MS))
    .then(() => writeMissing(session))
    .catch((error: unknown) => {
      session.log.error('history_not_written', { sessionId: session.sessionId, error: String(error) });
    })
    .finally(() => {
      session.writingHistory = undefined;
    });
  return session.writingHistory;
}

async function writeMissing(session: Session): Promise<void> {
  while (!session.closed) {
    const row = readRow(session.sql);
    if (row === undefined || row.told_turn >= row.finished_turn) break;
    const turn = row.told_turn + 1;
    if (session.mustRetell) await tellUserSpace(session, turn);
    const lines: string[] = [];
    for (const entry of session.entries.ofTurn(turn))
      for (const record of historyRecords(entry)) lines.push(JSON.stringify(record));
    const key = `${historyPrefix(session)}${String(turn).padStart(8, '0')}.jsonl`;
    await session.files.put(key, `${lines.join('\n')}\n`);
    if (session.closed) await session.files.delete(key);
    else session.sql.exec('UPDATE session SET told_turn = ?', turn);
  }
  session.mustRetell = false;
}

export const historyPrefix = ({ username, sessionId }: Pick<Session, 'username' | 'sessionId'>): string =>
  `users/${username}/history/${sessionId}/`;
