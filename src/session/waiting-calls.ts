import { waitingEvent } from '#agent/waiting-event.ts';
import type { StreamEvent } from '#protocol/server-event.ts';
import { approvalEvent, redactEvent } from '#session/entry-events.ts';
import { openCalls } from '#session/replies.ts';
import { readRow, type Session } from '#session/session.ts';

/** What the session waits for a person with, as it was shown; empty while it works or has nothing to do. */
export function waitingCalls(session: Pick<Session, 'sql' | 'entries'>): StreamEvent[] {
  const row = readRow(session.sql);
  if (row === undefined || row.waiting.length === 0) return [];
  return openCalls(session.entries.turn(row.finished_turn + 1))
    .filter(({ id }) => row.waiting.includes(id))
    .map((call) =>
      redactEvent(
        waitingEvent(call) ??
          approvalEvent({
            kind: 'approval_request',
            tool_use_id: call.id,
            tool: call.name,
            input: call.input,
          }),
      ),
    );
}
