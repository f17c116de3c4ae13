import { fail, succeed, type Result } from '#lib/result.ts';
import type { Prompt } from '#protocol/prompt.ts';
import { seqOf } from '#session/entry.ts';
import { expandPrompt } from '#session/expand-command.ts';
import { ensureRow, readRow, type Session } from '#session/session.ts';
import { runTurns } from '#session/run-turns.ts';

/** More than anyone types; it keeps a client in a loop from filling the session. */
export const MAX_WAITING = 100;

export interface SubmittedPrompt {
  readonly content: Prompt;
  /** The client's id for it; a second prompt with the same id changes nothing. */
  readonly messageId: string | null;
  readonly agentId: string | null;
  readonly clientType: string;
}

/**
 * Stores a prompt and, if nothing runs, starts its turn. Contract: when this returns, the prompt cannot be lost. The
 * value is the number of its turn, with the work that was started.
 */
export function submitPrompt(
  session: Session,
  prompt: SubmittedPrompt,
): Result<{ turn: number; work: Promise<void> }, string> {
  const { entries } = session;
  if (session.closed) return fail('This session is being deleted.');
  ensureRow(session, prompt);
  const newest = entries.newestTurn();
  const known = prompt.messageId === null ? undefined : entries.turnOfMessage(prompt.messageId);
  if (known !== undefined) return succeed({ turn: known, work: Promise.resolve() });
  if (newest - (readRow(session.sql)?.finished_turn ?? 0) >= MAX_WAITING) {
    return fail(
      `Too many messages are waiting (${MAX_WAITING}). Wait for an answer, or stop the current one.`,
    );
  }
  const turn = newest + 1;
  entries.append({
    seq: seqOf(turn, 0),
    position: 0,
    at: session.clock.now(),
    messageId: prompt.messageId,
    body: { kind: 'prompt', content: prompt.content, expansion: expandPrompt(session, prompt.content) },
  });
  return succeed({ turn, work: runTurns(session) });
}
