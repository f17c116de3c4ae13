import { fail, succeed, type Result } from '#lib/result.ts';
import { seqOf } from '#session/entry.ts';
import { runTurns } from '#session/run-turns.ts';
import { readRow, type Session } from '#session/session.ts';
import { MAX_WAITING } from '#session/submit-prompt.ts';

/**
 * Stores a wish for a summary; it waits behind the turns before it. Contract: when this returns it cannot be lost. One
 * that equals the last that waits, from a client that lost its connection perhaps, adds nothing. The value is the work
 * that was started.
 */
export function requestCompact(session: Session, instructions: string): Result<Promise<void>, string> {
  const { entries } = session;
  const row = readRow(session.sql);
  const newest = entries.newestTurn();
  if (session.closed || row === undefined || newest === 0) return fail('No active SDK session to compact');
  const [last] = newest > row.finished_turn ? entries.range(seqOf(newest, 0), seqOf(newest, 1)) : [];
  if (last?.body.kind === 'compact_request' && last.body.instructions === instructions)
    return succeed(Promise.resolve());
  if (newest - row.finished_turn >= MAX_WAITING) {
    return fail(
      `Compact failed: too much is waiting (${MAX_WAITING}). Wait for an answer, or stop the current one.`,
    );
  }
  entries.append({
    seq: seqOf(newest + 1, 0),
    position: 0,
    at: session.clock.now(),
    messageId: null,
    body: { kind: 'compact_request', instructions },
  });
  return succeed(runTurns(session));
}
