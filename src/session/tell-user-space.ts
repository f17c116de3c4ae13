import { redact } from '#lib/redact/redact.ts';
import { makeTitle } from '#lib/session-title.ts';
import { promptText } from '#protocol/prompt.ts';
import { MAX_SEARCHED_CHARACTERS, type HistoryRecord } from '#protocol/session.ts';
import { seqOf, type Entry } from '#session/entry.ts';
import { historyRecords } from '#session/history.ts';
import { readRow, userSpaceOf, type Session, type SessionRow } from '#session/session.ts';

/** A new session is in the user's list before its first event goes out, so that a client that then asks finds it. */
export async function listSession(session: Session, row: SessionRow, prompt: Entry): Promise<void> {
  const text = prompt.body.kind === 'prompt' ? promptText(prompt.body.content) : '';
  await userSpaceOf(session).startSession({
    session_id: session.sessionId,
    agent_id: row.agent_id,
    first_message: redact(text).slice(0, 100),
    created_at: row.created_at,
    client_type: row.client_type,
  });
  session.sql.exec('UPDATE session SET listed = 1');
}

/**
 * Lets the user's list and search learn of a finished turn: before `done` goes out, so that a client that then asks
 * finds it. Telling it twice changes nothing.
 */
export async function tellUserSpace(session: Session, turn: number): Promise<void> {
  const row = readRow(session.sql);
  if (row === undefined) return;
  const [first] = session.entries.range(seqOf(turn, 0), seqOf(turn, 1));
  // Where the first attempt failed: a list that does not know the session would not take its turns
  if (row.listed === 0 && first !== undefined) await listSession(session, row, first);
  const records: { readonly seq: number; readonly record: HistoryRecord; readonly isFailure: boolean }[] = [];
  for (const entry of session.entries.ofTurn(turn))
    for (const [index, record] of historyRecords(entry).entries())
      records.push({ seq: entry.seq * 1024 + index, record, isFailure: entry.body.kind === 'failure' });
  // What went wrong is not what the session is about
  const text = (role: HistoryRecord['role']) =>
    searchText(records.find(({ record, isFailure }) => record.role === role && !isFailure)?.record);
  await userSpaceOf(session).finishTurn({
    session_id: session.sessionId,
    turn_count: row.turn_count,
    updated_at: session.clock.now(),
    title: turn === 1 ? makeTitle(text('user'), text('assistant')) : null,
    records: records
      .filter(({ record }) => record.role !== 'system')
      .map(({ seq, record }) => ({
        seq,
        role: record.role,
        text: searchText(record).slice(0, MAX_SEARCHED_CHARACTERS),
      })),
    usage: {
      steps: row.steps,
      input_tokens: row.input_tokens,
      output_tokens: row.output_tokens,
      cache_creation_input_tokens: row.cache_creation_input_tokens,
      cache_read_input_tokens: row.cache_read_input_tokens,
      cost_usd: row.cost,
    },
  });
}

function searchText(record: HistoryRecord | undefined): string {
  if (record === undefined) return '';
  const { content } = record;
  const text =
    typeof content === 'string'
      ? content
      : content
          .flatMap((block) =>
            typeof block === 'object' && block !== null && 'text' in block && typeof block.text === 'string'
              ? [block.text]
              : [],
          )
          .join('\n');
  return record.tool_name === null ? text : `${record.tool_name} ${text}`;
}
