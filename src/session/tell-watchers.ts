import { z } from 'zod';
import type { Session } from '#session/session.ts';

const Watcher = z.object({ name: z.string() });

/** Tells the chats that follow. False: one could not be reached, and has to be told again. */
export async function tellWatchers(session: Session): Promise<boolean> {
  const rows = session.sql.exec('SELECT name FROM watcher').toArray();
  const told = await Promise.all(
    rows.map(async (row) => {
      const { name } = Watcher.parse(row);
      try {
        await session.channelChats.getByName(name).wake(session.sessionId);
        return true;
      } catch (error) {
        session.log.warn('watcher_not_told', { sessionId: session.sessionId, error: String(error) });
        return false;
      }
    }),
  );
  return told.every(Boolean);
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
