import { nextBatch } from '#channel/next-batch.ts';
import { nextOutboxRow } from '#channel/outbox.ts';
import { readTurn } from '#channel/turn.ts';

/** While a turn is under way it is looked after that often. */
const FOLLOW_MS = 20_000;

/** What is being sent when the object goes is looked after then. */
const SENDING_MS = 60_000;

/** What is due already is being done; should that break off, it is done then. An alarm at once would ring without end. */
const OVERDUE_MS = 500;

/** When something has to be done that nobody comes back for, milliseconds since 1970. Null: nothing, ever. */
export function nextWake(sql: SqlStorage, now: number): number | null {
  const turn = readTurn(sql);
  const batch = turn === undefined ? nextBatch(sql) : undefined;
  const row = nextOutboxRow(sql);
  const look = sql.exec('SELECT min(due) AS due FROM asked_elsewhere').one()['due'];
  const hasLeaving = sql.exec('SELECT 1 FROM leaving LIMIT 1').toArray().length > 0;
  const hasArrived = sql.exec('SELECT 1 FROM arrived LIMIT 1').toArray().length > 0;
  const dues = [
    ...(turn === undefined || turn.phase === 'waiting' ? [] : [now + FOLLOW_MS]),
    ...(batch === undefined ? [] : [batch.due]),
    ...(row === undefined ? [] : [row.state === 'sending' ? now + SENDING_MS : row.due]),
    ...(typeof look === 'number' ? [look] : []),
    ...(hasLeaving ? [now + FOLLOW_MS] : []),
    ...(hasArrived && turn === undefined ? [now] : []),
  ];
  if (dues.length === 0) return null;
  const due = Math.min(...dues);
  return due > now ? due : now + OVERDUE_MS;
}
