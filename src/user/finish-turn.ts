import { MAX_SEARCHED_CHARACTERS, type FinishedTurn, type SearchRecord } from '#protocol/session.ts';
import { foldText } from '#lib/fold-text.ts';
import { recordId } from '#user/record-id.ts';
import { findRow, searchLabel, type SessionRow } from '#user/session-row.ts';
import { countUsage } from '#user/usage.ts';

/** Lets a search for one or two characters find them at the very end of a line: there, no trigram begins. */
const PADDING = '  ';

/**
 * Takes note of a turn that ended. Contract: repeating it changes nothing, and a session that was deleted in the
 * meantime stays deleted. Writes a row of the session, one of the day, and one for each new record.
 */
export function finishTurn(sql: SqlStorage, turn: FinishedTurn): void {
  const row = findRow(sql, turn.session_id);
  if (row === undefined) return;

  const records = newRecords(sql, row, turn.records);
  for (const [index, record] of records.entries()) {
    const text = record.text.slice(0, MAX_SEARCHED_CHARACTERS).toWellFormed();
    sql.exec(
      'INSERT INTO record (rowid, folded, text, seq) VALUES (?, ?, ?, ?)',
      recordId(row.number, row.line_count + index),
      foldText(text) + PADDING,
      text,
      record.seq,
    );
  }

  countUsage(sql, turn);
  const title = row.title ?? turn.title;
  sql.exec(
    `UPDATE session SET title = ?, label = ?, turn_count = max(turn_count, ?), line_count = line_count + ?,
       last_seq = ?, steps = max(steps, ?), input_tokens = max(input_tokens, ?),
       output_tokens = max(output_tokens, ?),
       cache_creation_input_tokens = max(cache_creation_input_tokens, ?),
       cache_read_input_tokens = max(cache_read_input_tokens, ?), cost_usd = max(cost_usd, ?), updated_at = max(updated_at, ?), used_at = max(used_at, ?),
       archived_by = iif(archived_by = 'cap' AND used_at < ?, NULL, archived_by)
     WHERE session_id = ?`,
    title,
    searchLabel({ ...row, title }),
    turn.turn_count,
    records.length,
    records.reduce((last, { seq }) => Math.max(last, seq), row.last_seq ?? -1),
    turn.usage.steps,
    turn.usage.input_tokens,
    turn.usage.output_tokens,
    turn.usage.cache_creation_input_tokens,
    turn.usage.cache_read_input_tokens,
    turn.usage.cost_usd,
    turn.updated_at,
    turn.updated_at,
    turn.updated_at,
    turn.session_id,
  );
}

/**
 * Records come in the order of their `seq`, so a look at the last one usually settles that all are new. Only a turn
 * told twice, or late, costs reading what the session has.
 */
function newRecords(
  sql: SqlStorage,
  row: SessionRow,
  records: readonly SearchRecord[],
): readonly SearchRecord[] {
  const lastSeq = row.last_seq ?? -1;
  if (records.every(({ seq }) => seq > lastSeq)) return records;
  const known = sql
    .exec(
      'SELECT seq FROM record WHERE rowid >= ? AND rowid < ?',
      recordId(row.number, 0),
      recordId(row.number + 1, 0),
    )
    .toArray();
  const knownSeqs = new Set(known.map(({ seq }) => Number(seq)));
  return records.filter(({ seq }) => !knownSeqs.has(seq));
}
