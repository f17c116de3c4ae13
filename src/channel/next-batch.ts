import { commandOf } from '#channel/command.ts';
import { waitingMessages, type InboxRow } from '#channel/inbound-message.ts';

/** People send a thought in pieces: that long after a message the next one still belongs to it. */
const QUIET_MS = 700;
const ALBUM_MS = 1000;

/** Who goes on writing is answered all the same. */
const LONGEST_MS = 4000;

interface Batch {
  readonly rows: readonly [InboxRow, ...InboxRow[]];
  /** Milliseconds since 1970: not before then. */
  readonly due: number;
}

/**
 * The messages that make the next prompt: those that one person wrote in a row, up to a command or a pressed button,
 * which stand alone.
 */
export function nextBatch(sql: SqlStorage): Batch | undefined {
  const [first, ...others] = waitingMessages(sql);
  if (first === undefined) return undefined;
  const rows: [InboxRow, ...InboxRow[]] = [first];
  const atOnce = Math.max(first.at, first.due);
  if (standsAlone(first)) return { rows, due: atOnce };
  for (const row of others) {
    if (standsAlone(row) || row.message.sender.id !== first.message.sender.id) return { rows, due: atOnce };
    rows.push(row);
  }
  const last = rows.at(-1) ?? first;
  const quiet = last.message.album === null ? QUIET_MS : ALBUM_MS;
  return { rows, due: Math.max(first.due, Math.min(last.at + quiet, first.at + LONGEST_MS)) };
}

const standsAlone = ({ message }: InboxRow): boolean =>
  message.choice !== null || commandOf(message) !== null;
