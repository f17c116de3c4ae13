import { isDeepStrictEqual } from 'node:util';
import type { Reply } from '#protocol/reply.ts';
import { openCalls, repliesOf } from '#session/replies.ts';
import { runTurns } from '#session/run-turns.ts';
import { readRow, type Session } from '#session/session.ts';

/**
 * Stores what a person gave to a call that waits, and lets the turn go on. Contract: the first reply wins, whoever
 * sends it; one to a call that does not wait, or no longer, changes nothing.
 */
export function takeReply(session: Session, toolUseId: string, reply: Reply): Promise<void> {
  const row = readRow(session.sql);
  if (row === undefined) return Promise.resolve();
  const turn = row.finished_turn + 1;
  const entries = session.entries.turn(turn);
  if (!openCalls(entries).some(({ id }) => id === toolUseId) || repliesOf(entries).has(toolUseId))
    return Promise.resolve();
  // While the turn runs (a call beside this one, perhaps), it finds the reply where it parks
  storeReply(session, turn, toolUseId, reply);
  if (session.running !== undefined) return session.running.ended.then(() => runTurns(session));
  session.sql.exec("UPDATE session SET waiting = '[]', waiting_until = NULL");
  return runTurns(session);
}

/**
 * Why a reply changes nothing, for who sent it; undefined where it counts, and where it only came twice, as after a
 * connection that broke. To be asked before `takeReply`.
 */
export function replyProblem(session: Session, toolUseId: string, reply: Reply): string | undefined {
  const last = readRow(session.sql)?.finished_turn ?? 0;
  const now = session.entries.turn(last + 1);
  const known = repliesOf([...session.entries.turn(last), ...now]).get(toolUseId);
  if (known !== undefined)
    return isDeepStrictEqual(known, reply)
      ? undefined
      : 'This was answered already, and the first answer counts.';
  if (openCalls(now).some(({ id }) => id === toolUseId)) return undefined;
  return 'Nothing waits for this answer any more: it was answered, or the turn has ended.';
}

/** The deadline has passed: all that still waits gets the typed absence of an answer. */
export function endWaiting(session: Session): Promise<void> {
  const row = readRow(session.sql);
  const until = row?.waiting_until ?? Infinity;
  if (row === undefined || session.clock.now() < until) return Promise.resolve();
  const seconds = session.settings.ANSWER_TIMEOUT_SECONDS;
  for (const id of row.waiting) {
    storeReply(session, row.finished_turn + 1, id, { kind: 'no_answer', seconds });
  }
  session.sql.exec("UPDATE session SET waiting = '[]', waiting_until = NULL");
  return runTurns(session);
}

/** A reply shows nothing by itself, so it has no place in the stream. Who is asked the same is told that it is answered. */
function storeReply(
  { entries, clients, clock }: Session,
  turn: number,
  toolUseId: string,
  reply: Reply,
): void {
  entries.append({
    seq: entries.nextSeq(turn),
    position: 0,
    at: clock.now(),
    messageId: null,
    body: { kind: 'reply', tool_use_id: toolUseId, reply },
  });
  clients.broadcast({ type: 'reply_taken', tool_use_id: toolUseId });
}
