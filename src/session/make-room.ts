import type { MakeRoom, TooMuch } from '#agent/run-turn.ts';
import type { Message } from '#protocol/message.ts';
import { compact, type CompactionTurn } from '#session/compact.ts';
import { chooseCut } from '#session/compact-cut.ts';
import { isFull, MAX_WEIGHT, type Measured } from '#session/compact-need.ts';
import { seqOf } from '#session/entry.ts';
import { readView, toMessages, type View } from '#session/model-messages.ts';
import { readRow, type Session, type SessionRow } from '#session/session.ts';
import { showLess, showTooMuch } from '#session/shown-media.ts';
import { weight } from '#session/weight.ts';

/** What stays as it is beside a summary, in characters: the last steps, with which the work goes on smoothly. */
export const KEPT = 40_000;

/** A summary that would free less than this share of the view costs more than it brings. */
const WORTHWHILE = 0.25;

/**
 * Keeps what the model is sent within what it holds: near the limit, or beyond it, the older part becomes a summary.
 * Where no summary can be had and it has to be, the older half just leaves the view. Images and documents that are too
 * many in bytes are left out instead. `view` is what the turn begins with.
 */
export function makeRoom(session: Session, where: Omit<CompactionTurn, 'request'>, view: View): MakeRoom {
  let measured = lastMeasure(view);
  let failed = false;
  return async ({ messages, ...request }, last, refused) => {
    const full = isFull(messages, last ?? measured);
    measured = undefined;
    if (refused === 'too_large' || showTooMuch(messages)) {
      const lighter = leaveOutMedia(session, where.turn, refused);
      if (lighter !== undefined) return lighter;
    }
    if (refused === undefined && (failed || !full)) return undefined;
    const row = readRow(session.sql);
    if (row === undefined) return undefined;
    const present = read(session, row, where.turn);
    const total = weight(present.entries);
    const cut = chooseCut(present.entries, Math.min(KEPT, total / 4), row.window_start);
    if (cut === undefined) return undefined;
    if (refused === undefined && weight(present.entries.slice(0, cut)) < WORTHWHILE * total) return undefined;
    const made = await compact(
      session,
      { ...where, request },
      { view: present, cut, instructions: '', refused: refused !== undefined },
    );
    if (where.signal.aborted) return undefined;
    if (!made.ok) {
      failed = true;
      if (refused === undefined && total <= MAX_WEIGHT) return undefined;
      moveWindow(session, present, Math.min(MAX_WEIGHT, total) / 2, row);
    }
    const after = readRow(session.sql);
    return after === undefined ? undefined : toMessages(read(session, after, where.turn));
  };
}

const read = (session: Session, row: SessionRow, turn: number): View =>
  readView(session, row, seqOf(turn + 1, 0));

/** The messages with fewer images and documents: what a turn itself brings may be too many. Undefined where none can go. */
function leaveOutMedia(session: Session, turn: number, refused: TooMuch | undefined): Message[] | undefined {
  const row = readRow(session.sql);
  if (row === undefined) return undefined;
  const view = read(session, row, turn);
  const after = readRow(session.sql) ?? row;
  if (after.media_start > row.media_start) return toMessages(view);
  const start = refused === undefined ? undefined : showLess(view.entries, row.media_start);
  if (start === undefined) return undefined;
  session.sql.exec('UPDATE session SET media_start = ?', start);
  return toMessages(read(session, { ...row, media_start: start }, turn));
}

function moveWindow(session: Session, { entries }: View, keep: number, row: SessionRow): void {
  const cut = chooseCut(entries, keep, row.window_start);
  const start = cut === undefined ? undefined : entries[cut]?.seq;
  if (start !== undefined) session.sql.exec('UPDATE session SET window_start = ?', start);
}

/** What the model counted before the newest summary no longer holds. */
function lastMeasure({ entries, summary }: View): Measured | undefined {
  const last = entries.findLast(({ body }) => body.kind === 'assistant' && !body.cancelled);
  return last?.body.kind === 'assistant' && last.seq > (summary?.seq ?? 0) ? last.body : undefined;
}
