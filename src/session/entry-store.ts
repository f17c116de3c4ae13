import { z } from 'zod';
import { EntryBody, seqOf, turnOf, type Entry } from '#session/entry.ts';

/** A row may hold 2 MB (https://developers.cloudflare.com/durable-objects/platform/limits/); UTF-16 may triple in UTF-8. */
const PART_CHARACTERS = 500_000;

const Row = z.object({
  seq: z.number(),
  position: z.number(),
  at: z.number(),
  message_id: z.string().nullable(),
  body: z.string(),
  parts: z.number(),
});

const Part = z.object({ body: z.string() });

/** The append-only transcript in the object's SQLite. Everything here is synchronous: no other event comes between. */
export class EntryStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  append(entry: Entry): void {
    const json = JSON.stringify(entry.body);
    const pieces = cut(json);
    this.#sql.exec(
      'INSERT INTO entry (seq, position, at, message_id, body, parts) VALUES (?, ?, ?, ?, ?, ?)',
      entry.seq,
      entry.position,
      entry.at,
      entry.messageId,
      pieces[0] ?? '',
      pieces.length - 1,
    );
    for (const [index, piece] of pieces.slice(1).entries()) {
      this.#sql.exec(
        'INSERT INTO entry_part (seq, part, body) VALUES (?, ?, ?)',
        entry.seq,
        index + 1,
        piece,
      );
    }
  }

  /** The turn that a client's message began; undefined: it never came. */
  turnOfMessage(messageId: string): number | undefined {
    const [row] = this.#sql.exec('SELECT seq FROM entry WHERE message_id = ?', messageId).toArray();
    return typeof row?.['seq'] === 'number' ? turnOf(row['seq']) : undefined;
  }

  /** The turn of the newest entry; 0 when there is none. */
  newestTurn(): number {
    const row = this.#sql.exec('SELECT max(seq) AS seq FROM entry').one();
    return typeof row['seq'] === 'number' ? turnOf(row['seq']) : 0;
  }

  nextSeq(turn: number): number {
    const row = this.#sql
      .exec(
        'SELECT max(seq) AS seq FROM entry WHERE seq >= ? AND seq < ?',
        seqOf(turn, 0),
        seqOf(turn + 1, 0),
      )
      .one();
    return typeof row['seq'] === 'number' ? row['seq'] + 1 : seqOf(turn, 0);
  }

  turn(turn: number): Entry[] {
    return [...this.ofTurn(turn)];
  }

  /** One after the other: a turn may be larger than what is left of the memory. */
  ofTurn(turn: number): Generator<Entry> {
    return this.range(seqOf(turn, 0), seqOf(turn + 1, 0));
  }

  /** Entries from `from` up to, not including, `to`, in order, at most `limit`. */
  *range(from: number, to: number, limit = -1): Generator<Entry> {
    const rows = this.#sql.exec(
      'SELECT * FROM entry WHERE seq >= ? AND seq < ? ORDER BY seq LIMIT ?',
      from,
      to,
      limit,
    );
    for (const row of rows) yield this.#read(row);
  }

  /** From the newest entry before `seq` backwards, to `from` at most; stop reading to stop paying. */
  *backwards(seq: number, from = 0): Generator<Entry> {
    const rows = this.#sql.exec(
      'SELECT * FROM entry WHERE seq < ? AND seq >= ? ORDER BY seq DESC',
      seq,
      from,
    );
    for (const row of rows) yield this.#read(row);
  }

  /** The stream position after the newest stored entry that has one. */
  position(): number {
    const rows = this.#sql
      .exec('SELECT position FROM entry WHERE position > 0 ORDER BY seq DESC LIMIT 1')
      .toArray();
    return Number(rows[0]?.['position'] ?? 0);
  }

  #read(raw: unknown): Entry {
    const row = Row.parse(raw);
    const rest =
      row.parts === 0
        ? []
        : this.#sql.exec('SELECT body FROM entry_part WHERE seq = ? ORDER BY part', row.seq).toArray();
    const json = row.body + rest.map((part) => Part.parse(part).body).join('');
    return {
      seq: row.seq,
      position: row.position,
      at: row.at,
      messageId: row.message_id,
      body: EntryBody.parse(JSON.parse(json)),
    };
  }
}

/** Pieces never end inside a surrogate pair: SQLite would store half of one as U+FFFD. */
export function cut(text: string): string[] {
  const pieces: string[] = [];
  for (let from = 0; from < text.length;) {
    const hard = from + PART_CHARACTERS;
    const to = /[\uD800-\uDBFF]/.test(text.charAt(hard - 1)) ? hard - 1 : hard;
    pieces.push(text.slice(from, to));
    from = to;
  }
  return pieces;
}
