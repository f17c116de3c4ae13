import { hasToAsk } from '#channel/asked-elsewhere.ts';
import { nextBatch } from '#channel/next-batch.ts';
import { isInstant } from '#channel/inbound-message.ts';
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
  const command = sql.exec(`SELECT min(due) AS due FROM inbox WHERE ${isInstant}`).one()['due'];
  const look = sql.exec('SELECT min(due) AS due FROM asked_elsewhere').one()['due'];
  const hasLeaving = sql.exec('SELECT 1 FROM leaving LIMIT 1').toArray().length > 0;
  const hasArrived = sql.exec('SELECT 1 FROM arrived LIMIT 1').toArray().length > 0;
  const dues = [
    ...(turn === undefined || turn.phase === 'waiting' ? [] : [now + FOLLOW_MS]),
    ...(batch === undefined ? [] : [batch.due]),
    ...(typeof command === 'number' ? [command] : []),
    ...(turn !== undefined && isAnswered(sql) ? [now] : []),
    ...((turn === undefined || turn.phase === 'waiting') && hasToAsk(sql) ? [now] : []),
    ...(row === undefined ? [] : [row.state === 'sending' ? now + SENDING_MS : row.due]),
    ...(typeof look === 'number' ? [look] : []),
    ...(hasLeaving ? [now + FOLLOW_MS] : []),
    ...(hasArrived && turn === undefined ? [now] : []),
  ];
  if (dues.length === 0) return null;
  const due = Math.min(...dues);
  return due > now ? due : now + OVERDUE_MS;
}

/** What the turn asks has an answer here, or could not be delivered to who has written since. Nothing is parsed for it. */
const isAnswered = (sql: SqlStorage): boolean =>
  sql
    .exec(
      `SELECT 1 FROM turn
         JOIN (SELECT asked_at, is_lost FROM asked_question
               WHERE state = 'open' AND session_id IS NULL ORDER BY id LIMIT 1) AS asked
         JOIN inbox ON taken = 0 AND kept = 0 AND inbox.sender_id = turn.sender_id
           AND (choice IS NOT NULL OR command = 'new' OR at >= asked_at OR is_lost = 1)
       LIMIT 1`,
    )
    .toArray().length > 0;
