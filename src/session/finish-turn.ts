import type { TurnEnd } from '#agent/run-turn.ts';
import { addSpent, type Spent } from '#agent/step.ts';
import { noUsage } from '#protocol/message.ts';
import type { Done } from '#protocol/server-event.ts';
import { appendEntry } from '#session/append-entry.ts';
import { forgetBegunCalls } from '#session/begun-calls.ts';
import { failureText, seqOf, type Entry, type FailureEntry } from '#session/entry.ts';
import { readRow, type Session } from '#session/session.ts';
import { tellUserSpace } from '#session/tell-user-space.ts';
import { forgetHookAnswers } from '#session/turn-hooks.ts';

/**
 * Ends a turn: it is stored, then the user's list and search learn of it, then the clients. Contract: what `done`
 * announces is stored, and found by a client that then asks; after a crash in between nothing is lost or doubled.
 */
export async function finishTurn(session: Session, turn: number, outcome: TurnEnd): Promise<void> {
  const { entries } = session;
  const [first] = entries.range(seqOf(turn, 0), seqOf(turn, 1));
  const wasRequest = first?.body.kind === 'compact_request';
  const show = wasRequest ? endRequest(session, turn, outcome) : endTurn(session, turn, outcome);
  const { steps, usage, cost } = turnTotals(entries.ofTurn(turn));
  session.sql.exec(
    `UPDATE session SET finished_turn = ?, turn_count = turn_count + ?, cost = cost + ?, attempts = 0,
       steps = steps + ?, input_tokens = input_tokens + ?, output_tokens = output_tokens + ?,
       cache_creation_input_tokens = cache_creation_input_tokens + ?,
       cache_read_input_tokens = cache_read_input_tokens + ?`,
    turn,
    wasRequest ? 0 : 1,
    cost,
    steps,
    usage.input_tokens,
    usage.output_tokens,
    usage.cache_creation_input_tokens,
    usage.cache_read_input_tokens,
  );
  forgetBegunCalls(session.sql);
  forgetHookAnswers(session.sql);
  await tellUserSpace(session, turn).catch((error: unknown) => {
    session.mustRetell = true;
    session.log.error('turn_not_listed', { sessionId: session.sessionId, turn, error: String(error) });
  });
  show();
}

/** Stores the end, and gives back what shows it. */
function endTurn(session: Session, turn: number, outcome: TurnEnd): () => void {
  if (outcome.kind === 'failed') storeFailure(session, turn, outcome);
  session.stream.flush();
  const done = outcome.kind === 'cancelled' ? null : doneEvent(session, turn, outcome);
  const show = session.stream.hold(done ?? { type: 'cancelled' });
  appendEntry(session, turn, { kind: 'end', done });
  return show;
}

/** A request is no turn of the conversation: its end is the summary, which is stored and shown, or what became of it. */
function endRequest(session: Session, turn: number, outcome: TurnEnd): () => void {
  if (outcome.kind === 'finished') return () => {};
  if (outcome.kind === 'cancelled') return endTurn(session, turn, outcome);
  const text = `Compact failed: ${outcome.text}`;
  session.stream.flush();
  const show = session.stream.hold({ type: 'error', error: text });
  appendEntry(session, turn, { kind: 'compact_failure', text });
  return show;
}

/** Once: what follows it, such as what a subagent did last, does not make it unknown. */
export function storeFailure(
  session: Session,
  turn: number,
  { reason, thoughts, shown, text, spent }: Extract<TurnEnd, { kind: 'failed' }>,
): void {
  for (const { body } of session.entries.ofTurn(turn)) if (body.kind === 'failure') return;
  const failure: FailureEntry = {
    kind: 'failure',
    reason,
    thoughts: [...thoughts],
    shown,
    text,
    ...(spent && { spent }),
  };
  session.stream.emit({ type: 'assistant_text', text: failureText(failure) });
  appendEntry(session, turn, failure);
}

function doneEvent(session: Session, turn: number, outcome: Exclude<TurnEnd, { kind: 'cancelled' }>): Done {
  const { steps, usage, cost } = turnTotals(session.entries.ofTurn(turn));
  const { apiMs, contextWindow } = outcome.totals;
  return {
    type: 'done',
    turn_count: steps,
    total_cost_usd: (readRow(session.sql)?.cost ?? 0) + cost,
    turn_cost_usd: cost,
    duration_ms: session.clock.now() - (session.running?.startedAt ?? session.clock.now()),
    duration_api_ms: apiMs,
    is_error: outcome.kind === 'failed' || outcome.incomplete,
    usage: { ...usage, ...(contextWindow === undefined ? {} : { context_window: contextWindow }) },
  };
}

/** From what was stored, so that steps from before an interruption count too. */
function turnTotals(entries: Iterable<Entry>) {
  let steps = 0;
  let spent: Spent = { usage: noUsage, cost: 0 };
  for (const { body } of entries) {
    if (
      (body.kind === 'assistant' && !body.cancelled) ||
      body.kind === 'summary' ||
      body.kind === 'subagent_summary'
    ) {
      spent = addSpent(spent, body);
      // What its subagents used counts, their steps do not
      if (!('parent' in body) || body.parent === undefined) steps += 1;
    }
    if ('spent' in body && body.spent !== undefined) spent = addSpent(spent, body.spent);
  }
  return { steps, ...spent };
}
