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

export interface OpenQuestions {
  /** The id that the prompt of the turn came with. */
  readonly messageId: string | null;
  /** Whether some client has the session open, so that nobody else need be asked. */
  readonly isOpen: boolean;
  /** The calls without an answer, also while others beside them still run. */
  readonly open: readonly string[];
  /** Of this turn and the one before it. */
  readonly answered: readonly string[];
  readonly waiting: readonly StreamEvent[];
}

/** For a chat that is to ask in the session's place. */
export function openQuestions(session: Stored & Pick<Session, 'clients'>): OpenQuestions {
  const last = readRow(session.sql)?.finished_turn ?? 0;
  const turn = session.entries.turn(last + 1);
  const replies = repliesOf([...session.entries.turn(last), ...turn]);
  return {
    messageId: turn[0]?.messageId ?? null,
    isOpen: session.clients.isOpen,
    open: askedCalls(session).flatMap((event) => waitingId(event) ?? []),
    answered: [...replies].flatMap(([id, { kind }]) => (kind === 'no_answer' ? [] : [id])),
    waiting: waitingCalls(session),
  };
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
