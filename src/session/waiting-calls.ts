import type { ServerEvent, StreamEvent } from '#protocol/server-event.ts';
import { entryEvents } from '#session/entry-events.ts';
import type { Entry } from '#session/entry.ts';
import { openCalls, repliesOf } from '#session/replies.ts';
import { readRow, type Session, type SessionRow } from '#session/session.ts';

type Stored = Pick<Session, 'sql' | 'entries' | 'sessionId'>;

/** What the session waits for a person with, as it was shown; empty while it works or has nothing to do. */
export function waitingCalls(session: Stored): StreamEvent[] {
  const row = readRow(session.sql);
  return row === undefined || row.waiting.length === 0 ? [] : waitingOf(askedCalls(session), row);
}

const waitingOf = (asked: readonly StreamEvent[], { waiting }: Pick<SessionRow, 'waiting'>): StreamEvent[] =>
  asked.filter((event) => waiting.includes(waitingId(event) ?? ''));

/** What a person was asked and has not answered, also while calls beside it still run. */
export function askedCalls({ sql, entries, sessionId }: Stored): StreamEvent[] {
  const row = readRow(sql);
  return row === undefined ? [] : askedIn(entries.turn(row.finished_turn + 1), sessionId);
}

function askedIn(turn: readonly Entry[], sessionId: string): StreamEvent[] {
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
export function openQuestions(session: Stored & Pick<Session, 'clients'>, row: SessionRow): OpenQuestions {
  const { entries, clients, sessionId } = session;
  const turn = entries.turn(row.finished_turn + 1);
  const asked = askedIn(turn, sessionId);
  const replies = repliesOf([...entries.turn(row.finished_turn), ...turn]);
  return {
    messageId: turn[0]?.messageId ?? null,
    isOpen: clients.isOpen,
    open: asked.flatMap((event) => waitingId(event) ?? []),
    answered: [...replies].flatMap(([id, { kind }]) => (kind === 'no_answer' ? [] : [id])),
    waiting: waitingOf(asked, row),
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
