import { z } from 'zod';
import type { Session } from '#session/session.ts';

const Watcher = z.object({ name: z.string(), failures: z.number() });

/** An hour, where the object wakes every 20 seconds for it: it must not do so for ever. */
const MAX_FAILURES = 180;

/** Tells the chats that follow. False: one could not be reached, and has to be told again. */
export async function tellWatchers(session: Session): Promise<boolean> {
  const rows = session.sql.exec('SELECT * FROM watcher').toArray();
  const told = await Promise.all(
    rows.map(async (row) => {
      const { name, failures } = Watcher.parse(row);
      try {
        await session.channelChats.getByName(name).wake(session.sessionId);
        if (failures > 0 && !session.closed)
          session.sql.exec('UPDATE watcher SET failures = 0 WHERE name = ?', name);
        return true;
      } catch (error) {
        session.log.warn('watcher_not_told', { sessionId: session.sessionId, error: String(error) });
        return session.closed || countFailure(session, name, failures + 1);
      }
    }),
  );
  return told.every(Boolean);
}

/** True where it was the last try. */
function countFailure({ sql, log, sessionId }: Session, name: string, failures: number): boolean {
  const isLast = failures >= MAX_FAILURES;
  if (isLast) {
    sql.exec('DELETE FROM watcher WHERE name = ?', name);
    log.error('watcher_given_up', { sessionId, failures });
  } else sql.exec('UPDATE watcher SET failures = ? WHERE name = ?', failures, name);
  return isLast;
}

/** After the last turn: those that know of its end need not be told of anything more. */
export async function dismissWatchers(session: Session): Promise<boolean> {
  const newest = session.entries.newestTurn();
  if (!(await tellWatchers(session))) return false;
  if (session.closed) return true;
  // A prompt that came meanwhile is followed by them
  if (session.entries.newestTurn() === newest) session.sql.exec('DELETE FROM watcher');
  return true;
}
