import { z } from 'zod';

/** People send a thought in pieces: that long after a message the next one still belongs to it. */
export const QUIET_MS = 700;
const ALBUM_MS = 1000;

/** Who goes on writing is answered all the same. */
const LONGEST_MS = 4000;

/** More than these are never one prompt. */
const MOST = 20;

const Row = z.object({
  seq: z.number(),
  at: z.number(),
  due: z.number(),
  sender_id: z.string(),
  is_album: z.number(),
  is_choice: z.number(),
  is_command: z.number(),
});
type Row = z.infer<typeof Row>;

interface Batch {
  /** Their places in the inbox, in their order. */
  readonly seqs: readonly [number, ...number[]];
  /** Milliseconds since 1970: not before then. */
  readonly due: number;
  /** It is a pressed button. */
  readonly isChoice: boolean;
}

/**
 * The messages that make the next prompt: those that one person wrote in a row, up to a command or a pressed button,
 * which stand alone. What they say is not read: this is asked for with each message that comes.
 */
export function nextBatch(sql: SqlStorage): Batch | undefined {
  const [first, ...others] = sql
    .exec(
      `SELECT seq, at, due, sender_id, album IS NOT NULL AS is_album,
         choice IS NOT NULL AS is_choice, command IS NOT NULL AS is_command
       FROM inbox WHERE taken = 0 ORDER BY seq LIMIT ?`,
      MOST,
    )
    .toArray()
    .map((row) => Row.parse(row));
  if (first === undefined) return undefined;
  const seqs: [number, ...number[]] = [first.seq];
  const isChoice = first.is_choice === 1;
  const atOnce = Math.max(first.at, first.due);
  if (standsAlone(first)) return { seqs, due: atOnce, isChoice };
  let last = first;
  for (const row of others) {
    if (standsAlone(row) || row.sender_id !== first.sender_id) return { seqs, due: atOnce, isChoice };
    seqs.push(row.seq);
    last = row;
  }
  const quiet = last.is_album === 1 ? ALBUM_MS : QUIET_MS;
  const due = Math.max(first.due, Math.min(last.at + quiet, first.at + LONGEST_MS));
  return { seqs, due, isChoice };
}

const standsAlone = ({ is_choice, is_command }: Row): boolean => is_choice === 1 || is_command === 1;
