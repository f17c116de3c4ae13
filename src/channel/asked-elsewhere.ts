import { z } from 'zod';
import type { Channel } from '#channel/channel.ts';
import { firstSince, pressedChoices, type InboxRow } from '#channel/inbound-message.ts';
import { readPerson } from '#channel/linked-chat.ts';
import { lookLater, type Asking } from '#channel/look-later.ts';
import { addNotice, addToOutbox } from '#channel/outbox.ts';
import { QuestionRow } from '#channel/question.ts';
import { ask, takeAnswer } from '#channel/questions.ts';
import { isPlainAnswer } from '#channel/read-answer.ts';
import { notLinked } from '#channel/text/notices.ts';
import { readTurn } from '#channel/turn.ts';

/** Who answers so shortly after it was settled had not read that. */
const LATE_MS = 10 * 60 * 1000;

/** What a session of the person says of itself. */
export interface SessionNote extends Asking {
  /** The id that the prompt came with whose turn waits for a person. Null: none does. */
  readonly waiting: { readonly messageId: string | null } | null;
}

/** Contract: stored when this returns; saying it once too often changes nothing. */
export function noteSession(channel: Channel, { username, sessionId, waiting }: SessionNote): void {
  const { sql } = channel;
  const asking = { username, sessionId };
  const isKnown = ofSession(sql, asking).some(({ state }) => state === 'open');
  // Of the turn that was begun here the chat knows by itself
  const mayAsk = waiting !== null && readTurn(sql)?.message_id !== waiting.messageId;
  if (isKnown || (mayAsk && readPerson(sql)?.username === username)) lookLater(channel, asking, 'told');
}

export const ofSession = (sql: SqlStorage, { username, sessionId }: Asking): QuestionRow[] =>
  select(sql, 'username = ? AND session_id = ? ORDER BY id', username, sessionId);

/** Asks again what is open. What was refused is looked at, too: the account may be linked once more. */
export function askAgain(channel: Channel): void {
  const open = select(channel.sql, "session_id IS NOT NULL AND state IN ('open', 'unlinked')");
  for (const { username, session_id: sessionId } of open)
    if (username !== null && sessionId !== null) lookLater(channel, { username, sessionId }, 'asked');
}

/**
 * Asks what was not yet asked, or was lost before the person last wrote: of each session one question after the other,
 * and nothing while the chat's own turn runs or asks something itself.
 */
export function askElsewhere(channel: Channel): void {
  const { sql } = channel;
  if (!hasAny(sql) || !isFree(sql)) return;
  const due = select(sql, `${isToBeAsked} ORDER BY id`);
  channel.transaction(() => due.forEach((question) => ask(channel, question)));
}

const isToBeAsked = `
  id IN (SELECT min(id) FROM question WHERE session_id IS NOT NULL AND state = 'open' GROUP BY session_id)
  AND (outbox_id IS NULL OR (is_lost = 1 AND (SELECT max(at) FROM seen) >
    (SELECT created_at FROM outbox WHERE outbox.id = outbox_id)))`;

/** Whether `askElsewhere` would ask anything. */
export const hasToAsk = (sql: SqlStorage): boolean =>
  hasAny(sql) &&
  sql.exec(`SELECT 1 FROM asked_question WHERE ${isToBeAsked} LIMIT 1`).toArray().length > 0 &&
  isFree(sql);

/**
 * Takes a button of a question from elsewhere, whatever goes on here; and words, where they are plainly an answer and
 * such a question is the last thing that was said here. False: there is none.
 */
export function takeElsewhere(channel: Channel): boolean {
  const { sql } = channel;
  if (!hasAny(sql)) return false;
  for (const row of pressedChoices(sql)) {
    const id = Number(row.message.choice?.split(':')[0]);
    const [question] = select(sql, 'id = ? AND session_id IS NOT NULL', id);
    if (question === undefined) continue;
    take(channel, question, row);
    return true;
  }
  const question = lastSaid(sql);
  if (question?.asked_at === null || question === undefined || !isFree(sql)) return false;
  const row = firstSince(sql, question.asked_at);
  if (row === undefined || !isPlainAnswer(question, row.message)) return false;
  if (question.state !== 'open' && row.at - settledAt(sql, question) > LATE_MS) return false;
  take(channel, question, row);
  return true;
}

/** Nobody need answer any more, or nobody here may. Inside a transaction. */
export function settle(channel: Channel, question: QuestionRow, state: string, markdown: string): void {
  const { id, outbox_id, is_lost } = question;
  channel.sql.exec('UPDATE question SET state = ? WHERE id = ?', state, id);
  if (outbox_id === null || is_lost === 1) return;
  addToOutbox(channel, { kind: 'notice', content: { kind: 'text', markdown }, edits: outbox_id });
  channel.kick('outbox');
}

function take(channel: Channel, question: QuestionRow, row: InboxRow): void {
  if (question.state === 'open') return takeAnswer(channel, question, row);
  channel.transaction(() => {
    channel.sql.exec('DELETE FROM inbox WHERE seq = ?', row.seq);
    addNotice(channel, question.state === 'unlinked' ? notLinked : 'That was answered already.');
  });
}

const hasAny = (sql: SqlStorage): boolean =>
  sql.exec('SELECT 1 FROM question WHERE session_id IS NOT NULL LIMIT 1').toArray().length > 0;

/** Neither works a turn here, nor does one ask: at most one waits behind a turn that was begun elsewhere. */
function isFree(sql: SqlStorage): boolean {
  const turn = readTurn(sql);
  const asks = "SELECT 1 FROM question WHERE session_id IS NULL AND state = 'open' LIMIT 1";
  return turn === undefined || (turn.phase === 'waiting' && sql.exec(asks).toArray().length === 0);
}

const lastSaid = (sql: SqlStorage): QuestionRow | undefined =>
  select(
    sql,
    `session_id IS NOT NULL AND
       outbox_id = (SELECT id FROM outbox WHERE kind = 'answer' ORDER BY id DESC LIMIT 1)`,
  )[0];

/** Milliseconds since 1970. */
function settledAt(sql: SqlStorage, { outbox_id }: QuestionRow): number {
  const [row] = sql.exec('SELECT max(created_at) AS at FROM outbox WHERE edits = ?', outbox_id).toArray();
  return (
    z
      .number()
      .nullable()
      .parse(row?.['at'] ?? null) ?? Infinity
  );
}

const select = (sql: SqlStorage, which: string, ...values: SqlStorageValue[]): QuestionRow[] =>
  sql
    .exec(`SELECT * FROM asked_question WHERE ${which}`, ...values)
    .toArray()
    .map((row) => QuestionRow.parse(row));
