import { z } from 'zod';
import { seqOf } from '#session/entry.ts';
import { readRow, userSpaceOf, type Session } from '#session/session.ts';

const Watcher = z.object({ name: z.string(), failures: z.number(), linked: z.number() });
type Watcher = z.infer<typeof Watcher>;

/** In place of a chat's name: the chats that the user linked are yet to be found. */
const LINKED = '';

/** An hour, where the object wakes every 20 seconds for it: it must not do so for ever. */
const MAX_FAILURES = 180;

/** The next `tellWatchers` tells the user's linked chats, too, and so do those after it until the turn has ended. */
export const addLinkedChats = ({ sql }: Session): void =>
  void sql.exec('INSERT OR IGNORE INTO watcher (name) VALUES (?)', LINKED);

/** Whether the user's linked chats were told of what waits, or are to be. */
export const hasLinkedChats = ({ sql }: Session): boolean =>
  sql.exec('SELECT 1 FROM watcher WHERE name = ? OR linked = 1 LIMIT 1', LINKED).toArray().length > 0;

/** Tells the chats that follow. False: one could not be reached, and has to be told again. */
export async function tellWatchers(session: Session): Promise<boolean> {
  // What goes on again waits for nobody
  if (session.running !== undefined) session.sql.exec('DELETE FROM watcher WHERE name = ?', LINKED);
  const missing = await tellAll(session, 'name = ?', () => findLinkedChats(session));
  if (session.closed) return true;
  const { channelChats, username, sessionId } = session;
  const note = { username, sessionId, waiting: waitingPrompt(session) };
  const chats = await tellAll(session, 'name <> ?', async ({ name, linked }) => {
    const chat = channelChats.getByName(name);
    await (linked === 1 ? chat.noteSession(note) : chat.wake(sessionId));
  });
  return missing && chats;
}

/** Of the turn that waits for a person: the id that its prompt came with. Null: none waits. */
function waitingPrompt({ sql, entries }: Session): { readonly messageId: string | null } | null {
  const row = readRow(sql);
  if (row === undefined || row.waiting.length === 0) return null;
  const turn = row.finished_turn + 1;
  const [prompt] = entries.range(seqOf(turn, 0), seqOf(turn, 1));
  return { messageId: prompt?.messageId ?? null };
}

async function tellAll(
  session: Session,
  which: 'name = ?' | 'name <> ?',
  tell: (watcher: Watcher) => Promise<void>,
): Promise<boolean> {
  const rows = session.sql.exec(`SELECT * FROM watcher WHERE ${which}`, LINKED).toArray();
  const told = await Promise.all(
    rows.map(async (row) => {
      const watcher = Watcher.parse(row);
      const { name, failures } = watcher;
      try {
        await tell(watcher);
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

async function findLinkedChats(session: Session): Promise<void> {
  const names = await userSpaceOf(session).linkedChats();
  if (session.closed) return;
  for (const name of names)
    session.sql.exec(
      'INSERT INTO watcher (name, linked) VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET linked = 1',
      name,
    );
  session.sql.exec('DELETE FROM watcher WHERE name = ?', LINKED);
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
