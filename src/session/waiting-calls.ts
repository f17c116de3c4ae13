import type { ServerEvent, StreamEvent } from '#protocol/server-event.ts';
import { entryEvents } from '#session/entry-events.ts';
import { openCalls, repliesOf } from '#session/replies.ts';
import { readRow, type Session } from '#session/session.ts';

type Stored = Pick<Session, 'sql' | 'entries' | 'sessionId'>;

/** What the session waits for a person with, as it was shown; empty while it works or has nothing to do. */
export function waitingCalls(session: Stored): StreamEvent[] {
  const waiting = readRow(session.sql)?.waiting ?? [];
  return waiting.length === 0
    ? []
    : askedCalls(session).filter((event) => waiting.includes(waitingId(event) ?? ''));
}

/** What a person was asked and has not answered, also while calls beside it still run. */
export function askedCalls({ sql, entries, sessionId }: Stored): StreamEvent[] {
  const row = readRow(sql);
  if (row === undefined) return [];
  const turn = entries.turn(row.finished_turn + 1);
  const replied = repliesOf(turn);
  const open = new Set(openCalls(turn).flatMap(({ id }) => (replied.has(id) ? [] : [id])));
  return turn
    .flatMap((entry) => entryEvents(entry, sessionId))
    .filter((event) => open.has(waitingId(event) ?? ''));
}

/** What was answered, and has no result yet: calls before it are to have theirs first. */
export function answeredCalls({ sql, entries }: Stored): string[] {
  const row = readRow(sql);
  if (row === undefined) return [];
  const turn = entries.turn(row.finished_turn + 1);
  const replied = repliesOf(turn);
  return openCalls(turn).flatMap(({ id }) => (replied.has(id) ? [id] : []));
}

/** The call that an event asks a person about. */
export function waitingId(event: ServerEvent): string | undefined {
  switch (event.type) {
    case 'ask_user_question':
      return event.question_id;
    case 'plan_approval':
      return event.plan_id;
    case 'approval_request':
      return event.approval_id;
    default:
      return undefined;
  }
}
