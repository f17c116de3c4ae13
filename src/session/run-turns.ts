import type { WaitingCall } from '#agent/tool.ts';
import { noTotals, type TurnEnd, type TurnOutcome } from '#agent/run-turn.ts';
import { appendEntry } from '#session/append-entry.ts';
import { seqOf, type Entry, type EntryBody } from '#session/entry.ts';
import { approvalEvent, promptEvents } from '#session/entry-events.ts';
import { runAgent } from '#session/run-agent.ts';
import { finishTurn } from '#session/finish-turn.ts';
import { RECHECK_MS, recheckSockets } from '#session/recheck.ts';
import { repliesOf } from '#session/replies.ts';
import { listSession } from '#session/tell-user-space.ts';
import { addLinkedChats, dismissWatchers, hasLinkedChats, tellWatchers } from '#session/tell-watchers.ts';
import { writeHistoryFiles } from '#session/write-history-files.ts';
import { readRow, type Session, type SessionRow } from '#session/session.ts';

/** A turn that was interrupted this often without a new step would fail, and cost, for ever. */
const MAX_ATTEMPTS = 3;

/** More than one step can emit, so that a position lost in a crash is never given again. */
const POSITIONS_PER_ATTEMPT = 2 ** 24;

/** How long after it stopped an interrupted turn goes on by itself, where no client comes back earlier. */
export const WAKE_MS = 20_000;

/** A page that is loaded anew is back by then. */
const LEFT_MS = 10_000;

/** Setting an alarm takes a write of its own, which must not stand before the prompt's way to the model. */
const ARM_MS = 50;

/**
 * Runs what waits, one turn after the other, until nothing does. Contract: only one run at a time in an object; it
 * never throws.
 */
export async function runTurns(session: Session, { cancelled = false } = {}): Promise<void> {
  let stopped = cancelled;
  while (session.running === undefined && !session.closed) {
    const row = readRow(session.sql);
    if (row === undefined || isIdle(session)) {
      const told = await dismissWatchers(session);
      if (session.running !== undefined || session.closed) return undefined;
      // Meanwhile a turn may have come and parked, with an alarm of its own
      if (!isIdle(session)) continue;
      await (told ? session.wakeUp.clear() : session.wakeUp.set(session.clock.now() + WAKE_MS));
      return writeHistoryFiles(session);
    }
    if (row.waiting.length > 0) return tellOfWaiting(session);
    const turn = row.finished_turn + 1;
    const abort = new AbortController();
    if (stopped) abort.abort();
    stopped = false;
    const from = session.stream.position;
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    session.running = { turn, abort, startedAt: session.clock.now(), from, shownFrom: from, ended };
    const arm = setTimeout(() => void session.wakeUp.set(session.clock.now() + WAKE_MS), ARM_MS);
    void tellWatchers(session);
    const watch = setInterval(() => void recheckSockets(session), RECHECK_MS);
    try {
      const outcome = await runOne(session, row, abort.signal);
      if (outcome.kind === 'waiting') park(session, turn, outcome.calls);
      else await finishTurn(session, turn, outcome);
    } catch (error) {
      session.log.error('turn_failed', { sessionId: session.sessionId, turn, error: String(error) });
      await finishTurn(session, turn, internalFailure);
    } finally {
      clearInterval(watch);
      clearTimeout(arm);
      session.running = undefined;
      end();
      void writeHistoryFiles(session);
    }
  }
}

const isIdle = ({ sql, entries }: Session): boolean =>
  entries.newestTurn() <= (readRow(sql)?.finished_turn ?? 0);

/**
 * Ends the run until a person replies: what is waited for is a row, nothing is held in memory, and the object may
 * sleep. A reply that came while the other calls ran is found here, and the turn goes on. All in one go: a reply or a
 * cancel that came in between would find a turn that neither runs nor waits.
 */
function park(session: Session, turn: number, calls: readonly WaitingCall[]): void {
  const stored = session.entries.turn(turn);
  const replied = repliesOf(stored);
  const waiting = calls.filter(({ call }) => !replied.has(call.id));
  if (waiting.length < calls.length) return;
  for (const { call, needs } of waiting) {
    if (needs === 'consent' && !wasRequested(stored, call.id)) {
      const request = {
        kind: 'approval_request',
        tool_use_id: call.id,
        tool: call.name,
        input: call.input,
      } as const;
      session.stream.emit(approvalEvent(request));
      appendEntry(session, turn, request);
    }
  }
  const { ANSWER_TIMEOUT_SECONDS: seconds } = session.settings;
  const until = seconds === 0 ? null : session.clock.now() + seconds * 1000;
  session.sql.exec(
    'UPDATE session SET waiting = ?, waiting_until = ?',
    JSON.stringify(waiting.map(({ call }) => call.id)),
    until,
  );
  void (until === null ? session.wakeUp.clear() : session.wakeUp.set(until));
}

/**
 * Chats follow no turn that waits: whoever could not be told that it went on, and waits again, would not ask. Where
 * nobody has the session open, the chats that the user linked are told, too. Contract: who has to be told is stored, with
 * an alarm until they were.
 */
export async function tellOfWaiting(session: Session): Promise<void> {
  if (session.running !== undefined || session.closed) return;
  const { waiting = [], waiting_until } = readRow(session.sql) ?? {};
  if (waiting.length === 0) return;
  const wasOpen = session.clients.isOpen;
  if (!wasOpen) {
    addLinkedChats(session);
    void session.wakeUp.set(Math.min(session.clock.now() + WAKE_MS, waiting_until ?? Infinity));
  }
  const told = await tellWatchers(session);
  if (session.running !== undefined || session.closed) return;
  const row = readRow(session.sql);
  if (row === undefined || row.waiting.length === 0) return;
  if (wasOpen && !session.clients.isOpen) return tellSoon(session);
  const again = told ? Infinity : session.clock.now() + WAKE_MS;
  const due = Math.min(again, row.waiting_until ?? Infinity);
  await (due === Infinity ? session.wakeUp.clear() : session.wakeUp.set(due));
}

/** Nobody has the session open any more: where none comes back, `tellOfWaiting` is to find others who answer. */
export function tellSoon(session: Session): void {
  if (session.running !== undefined || session.closed) return;
  const { waiting = [], waiting_until } = readRow(session.sql) ?? {};
  if (waiting.length > 0)
    void session.wakeUp.set(Math.min(session.clock.now() + LEFT_MS, waiting_until ?? Infinity));
}

const wasRequested = (stored: readonly Entry[], id: string): boolean =>
  stored.some(({ body }) => body.kind === 'approval_request' && body.tool_use_id === id);

/** Stops an unfinished turn: one that runs ends at once, and so does one that waits for a person. */
export function cancelTurn(session: Session): Promise<void> | undefined {
  if (session.running !== undefined) {
    session.running.abort.abort();
    return session.running.ended;
  }
  if ((readRow(session.sql)?.waiting ?? []).length === 0) return undefined;
  session.sql.exec("UPDATE session SET waiting = '[]', waiting_until = NULL");
  return runTurns(session, { cancelled: true });
}

/**
 * Called once when the object wakes. What woke one that waits may be that its last page closed, perhaps only to be loaded
 * anew; who was being asked is asked at once.
 */
export async function resumeAfterWake(session: Session): Promise<void> {
  const waits = (readRow(session.sql)?.waiting ?? []).length > 0;
  if (waits && !session.clients.isOpen && !hasLinkedChats(session)) return tellSoon(session);
  return resumeTurns(session);
}

/**
 * A turn that is not finished when the object wakes was interrupted: clients are told, and it goes on from its last
 * stored step.
 */
export function resumeTurns(session: Session): Promise<void> {
  const row = readRow(session.sql);
  // Nothing to resume; but what a crash left right after an end is cleared away: an alarm, an unwritten copy
  if (row === undefined || isIdle(session)) return runTurns(session);
  // Waiting is no interruption
  if (row.waiting.length > 0) return tellOfWaiting(session);
  const attempts = row.attempts + 1;
  session.sql.exec('UPDATE session SET attempts = ?', attempts);
  session.stream.skipTo(session.entries.position() + POSITIONS_PER_ATTEMPT);
  session.stream.emit({ type: 'turn_resumed' });
  appendEntry(session, row.finished_turn + 1, { kind: 'resumed' });
  session.log.warn('turn_resumed', { sessionId: session.sessionId, attempts });
  return runTurns(session);
}

async function runOne(session: Session, row: SessionRow, signal: AbortSignal): Promise<TurnOutcome> {
  const turn = row.finished_turn + 1;
  // What ends the memory must not end the count of the tries with it
  if (row.attempts > 0) await session.sync();
  const [prompt] = session.entries.range(seqOf(turn, 0), seqOf(turn, 1));
  if (prompt === undefined) throw new Error(`turn ${turn} has no prompt`);
  if (row.listed === 0)
    await listSession(session, row, prompt).catch((error: unknown) => {
      session.log.error('session_not_listed', { sessionId: session.sessionId, error: String(error) });
    });
  await recheckSockets(session);
  const known = knownOutcome(session, row);
  if (known === 'nothing')
    for (const event of promptEvents(prompt, session.sessionId)) session.stream.emit(event);
  if (session.running !== undefined) session.running.shownFrom = session.stream.position;
  return typeof known === 'object' ? known : runAgent(session, row, signal);
}

/** How the turn ended, where that was stored before its end was; else whether anything of it is. */
function knownOutcome(session: Session, row: SessionRow): TurnEnd | 'nothing' | 'some' {
  const turn = row.finished_turn + 1;
  let last: EntryBody | undefined;
  let isNew = true;
  for (const { body } of session.entries.backwards(seqOf(turn + 1, 0), seqOf(turn, 0))) {
    isNew &&= body.kind === 'prompt' || body.kind === 'resumed';
    last = body;
    if (body.kind === 'failure' || (body.kind === 'assistant' && body.parent === undefined)) break;
  }
  if (last?.kind === 'failure') return { ...last, kind: 'failed', totals: noTotals, reason: 'unknown' };
  if (last?.kind === 'assistant' && last.cancelled) return { kind: 'cancelled', totals: noTotals };
  if (row.attempts > MAX_ATTEMPTS) {
    const text = `This answer was interrupted ${row.attempts} times and was given up. Send your message again to retry.`;
    return { kind: 'failed', totals: noTotals, reason: 'server_error', thoughts: [], shown: '', text };
  }
  return isNew ? 'nothing' : 'some';
}

const internalFailure: TurnEnd = {
  kind: 'failed',
  totals: noTotals,
  reason: 'server_error',
  thoughts: [],
  shown: '',
  text: 'Something went wrong inside Edgewise, and the answer was stopped. What was done until then is kept. Send your message again to retry.',
};
