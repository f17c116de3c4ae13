import { summarise, type Compaction } from '#agent/compact.ts';
import { succeed, type Result } from '#lib/result.ts';
import { appendEntry } from '#session/append-entry.ts';
import { transcriptOf } from '#session/compact-transcript.ts';
import { seqOf, type SummaryEntry } from '#session/entry.ts';
import { compactedEvent } from '#session/entry-events.ts';
import { toMessages, type View } from '#session/model-messages.ts';
import type { Session } from '#session/session.ts';

/** The turn in which it happens, and how that asks the model. */
export interface CompactionTurn {
  readonly turn: number;
  readonly request: Compaction['request'];
  readonly signal: AbortSignal;
}

export interface CompactionPart {
  readonly view: View;
  /** Index of the entry with which what stays as it is begins; the view's length for nothing. */
  readonly cut: number;
  readonly instructions: string;
  /** The model has refused the view as it is. */
  readonly refused: boolean;
}

/**
 * Puts a summary in the place of the older part of what the model sees. Contract: nothing stored changes; with the
 * summary the new beginning of the view is stored, so that after a crash there are both or neither.
 */
export async function compact(
  session: Session,
  { turn, request, signal }: CompactionTurn,
  { view, cut, instructions, refused }: CompactionPart,
): Promise<Result<void, string>> {
  const { entries, stream, sessionId, log } = session;
  stream.emit({ type: 'compact_started' });
  const made = await summarise(
    session.model,
    {
      request,
      messages: refused ? undefined : toMessages(view),
      transcript: (limit) => transcriptOf({ ...view, entries: view.entries.slice(0, cut) }, limit),
      instructions,
    },
    signal,
  );
  if (!made.ok) {
    if (!signal.aborted) log.warn('compact_failed', { sessionId, turn });
    return made;
  }
  const from = view.entries[cut]?.seq ?? seqOf(turn + 1, 0);
  const body: SummaryEntry = { kind: 'summary', ...made.value, from };
  stream.flush();
  // Shown when it is stored: a crash in between would bring another one
  const show = stream.hold(compactedEvent(body, sessionId));
  const seq = entries.nextSeq(turn);
  appendEntry(session, turn, body);
  session.sql.exec('UPDATE session SET summary_seq = ?, window_start = ?, attempts = 0', seq, from);
  show();
  log.info('compacted', { sessionId, turn, entries: cut });
  return succeed(undefined);
}
