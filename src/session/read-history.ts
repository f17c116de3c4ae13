import type { History, HistoryRecord } from '#protocol/session.ts';
import { promptText } from '#protocol/prompt.ts';
import { redact } from '#lib/redact/redact.ts';
import { seqOf } from '#session/entry.ts';
import { historyRecords } from '#session/history.ts';
import { readRow, type Session } from '#session/session.ts';

/** What goes from object to Worker in one piece may have 32 MiB. A longer history is read page by page. */
const MAX_PAGE_CHARACTERS = 4_000_000;

export interface HistoryPage {
  /** Records at most; a page may have fewer, because they are long. */
  readonly limit?: number | undefined;
  /** `next_cursor` of the page before. */
  readonly cursor?: string | undefined;
}

/** Of a session that does not exist: clients have always been given this, and no error. */
export const emptyHistory = (sessionId: string): History => ({
  session_id: sessionId,
  messages: [],
  turn_count: 0,
  first_message: null,
  last_event: 0,
  next_cursor: null,
});

/** A page of the session's records, oldest first. */
export function readHistory(session: Session, { limit = Infinity, cursor }: HistoryPage): History {
  const { entries, running } = session;
  const row = readRow(session.sql);
  const messages: HistoryRecord[] = [];
  const [seq, skip] = readCursor(cursor);
  let next: string | null = null;

  let size = 0;
  read: for (const entry of entries.range(seq, Number.MAX_SAFE_INTEGER)) {
    for (const [index, record] of historyRecords(entry).entries()) {
      if (entry.seq === seq && index < skip) continue;
      size += JSON.stringify(record.content).length;
      if (messages.length >= limit || (size > MAX_PAGE_CHARACTERS && messages.length > 0)) {
        next = `${entry.seq}.${index}`;
        break read;
      }
      messages.push(record);
    }
  }

  const [first] = entries.range(seqOf(1, 0), seqOf(1, 1));
  return {
    session_id: session.sessionId,
    messages,
    turn_count: row?.turn_count ?? 0,
    first_message:
      first?.body.kind === 'prompt' ? redact(promptText(first.body.content)).slice(0, 100) : null,
    last_event: Math.max(entries.position(), running?.shownFrom ?? 0),
    next_cursor: next,
  };
}

/** The newest records of what was said and done, oldest first. Contract: reads no more of the transcript than it gives. */
export function newestRecords({ entries }: Session, limit: number): HistoryRecord[] {
  const newestFirst: HistoryRecord[] = [];
  let size = 0;
  for (const entry of entries.backwards(Number.MAX_SAFE_INTEGER)) {
    for (const record of historyRecords(entry).reverse()) {
      if (record.role === 'system' || record.metadata['block_type'] === 'thinking') continue;
      size += JSON.stringify(record.content).length;
      if (newestFirst.length >= limit || (size > MAX_PAGE_CHARACTERS && newestFirst.length > 0))
        return newestFirst.reverse();
      newestFirst.push(record);
    }
    if (newestFirst.length >= limit) break;
  }
  return newestFirst.reverse();
}

function readCursor(cursor: string | undefined): [seq: number, skip: number] {
  const match = /^(\d{1,16})\.(\d{1,6})$/.exec(cursor ?? '');
  return match === null ? [0, 0] : [Number(match[1]), Number(match[2])];
}
