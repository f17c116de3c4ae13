import { z } from 'zod';
import type { SearchHit, SearchRequest, SearchResponse } from '#protocol/session.ts';
import { foldText } from '#lib/fold-text.ts';
import { matchExpression } from '#user/match-expression.ts';
import { LINE_OF_RECORD, recordId, SESSION_OF_RECORD } from '#user/record-id.ts';
import { relevanceScore } from '#user/relevance-score.ts';
import { makeSnippet } from '#user/search-snippet.ts';
import { findRow, shownName } from '#user/session-row.ts';

const MAX_RESULTS = 100;
const LOWEST_SCORE = 0.1;

const LineHits = z.object({ number: z.number(), matches: z.number(), first: z.number() });
type LineHits = z.infer<typeof LineHits>;

const Candidate = z.object({
  session_id: z.string(),
  number: z.number(),
  line_count: z.number(),
  created_at: z.number(),
  is_named: z.number(),
});

const StoredText = z.object({ text: z.string() });

interface Found {
  readonly sessionId: string;
  readonly score: number;
  readonly matches: number;
  /** The first line that matches; null if only the label does. */
  readonly line: number | null;
}

/** The user's sessions, archived ones too, in which the query occurs, best first. A blank query finds nothing. */
export function searchSessions(sql: SqlStorage, { query, max_results }: SearchRequest): SearchResponse {
  const needle = foldText(query).trim();
  const limit = Math.min(Math.max(max_results, 1), MAX_RESULTS);
  const results = findSessions(sql, needle)
    .slice(0, limit)
    .flatMap((found) => toSearchHit(sql, found, needle));
  return { results, total_count: results.length, query };
}

function findSessions(sql: SqlStorage, needle: string): Found[] {
  if (needle === '') return [];
  const hits = findLines(sql, needle);
  return sql
    .exec(
      `SELECT session_id, number, line_count, created_at, instr(label, ?) > 0 AS is_named FROM session
       ORDER BY created_at DESC, number DESC`,
      needle,
    )
    .toArray()
    .flatMap((raw) => {
      const session = Candidate.parse(raw);
      const hit = hits.get(session.number);
      const isNamed = session.is_named === 1;
      if (hit === undefined && !isNamed) return [];
      const { score, matches } = relevanceScore({ lines: session.line_count, hit, isNamed });
      return score < LOWEST_SCORE
        ? []
        : [{ sessionId: session.session_id, score, matches, line: hit?.first ?? null }];
    })
    .sort((left, right) => right.score - left.score);
}

/** By session number. */
function findLines(sql: SqlStorage, needle: string): Map<number, LineHits> {
  const expression = matchExpression(sql, needle);
  if (expression === null) return new Map();
  const rows = sql
    .exec(
      `SELECT ${SESSION_OF_RECORD} AS number, count(*) AS matches, min(${LINE_OF_RECORD}) AS first
       FROM record WHERE record MATCH ? GROUP BY 1`,
      expression,
    )
    .toArray();
  return new Map(rows.map((row) => LineHits.parse(row)).map((hits) => [hits.number, hits]));
}

function toSearchHit(sql: SqlStorage, found: Found, needle: string): SearchHit[] {
  const row = findRow(sql, found.sessionId);
  if (row === undefined) return [];
  const name = shownName(row);
  const label = name !== null && foldText(name).includes(needle) ? name : row.first_message;
  const text = found.line === null ? label : lineText(sql, recordId(row.number, found.line));
  const snippet = makeSnippet(text, needle);
  return [
    {
      session_id: row.session_id,
      name,
      first_message: row.first_message,
      created_at: new Date(row.created_at).toISOString(),
      turn_count: row.turn_count,
      agent_id: row.agent_id,
      relevance_score: found.score,
      match_count: found.matches,
      snippet,
      snippets: [snippet],
    },
  ];
}

const lineText = (sql: SqlStorage, id: number): string =>
  StoredText.parse(sql.exec('SELECT text FROM record WHERE rowid = ?', id).one()).text;
