import { z } from 'zod';
import { UsageTotals } from '#protocol/usage.ts';

/** A session in a list. Times are ISO 8601, UTC. */
export const SessionInfo = z.object({
  session_id: z.string(),
  /** The user's name for it, else a title made from the first exchange. */
  name: z.string().nullable(),
  first_message: z.string().nullable(),
  created_at: z.string(),
  /** Addition: when the last turn ended. */
  updated_at: z.string(),
  turn_count: z.number().int(),
  user_id: z.null(),
  agent_id: z.string().nullable(),
  cwd_id: z.string().nullable(),
  permission_folders: z.array(z.string()).nullable(),
  client_type: z.string().nullable(),
  /** Addition: over the session cap, or archived by hand. Still readable, searchable and resumable. */
  archived: z.boolean(),
});
export type SessionInfo = z.infer<typeof SessionInfo>;

/** Newest created first. Without `limit`, all; with `archived`, those in the archive instead of those in use. */
export const SessionQuery = z.object({
  limit: z.number().int().min(1).max(200).optional(),
  /** A page's `next_cursor`. */
  cursor: z
    .string()
    .regex(/^\d{1,15}\.\d{1,15}$/, 'not a cursor of this list')
    .optional(),
  archived: z.boolean().optional(),
});
export type SessionQuery = z.infer<typeof SessionQuery>;

export const SessionPage = z.object({
  sessions: z.array(SessionInfo),
  /** Null at the end. */
  next_cursor: z.string().nullable(),
});
export type SessionPage = z.infer<typeof SessionPage>;

/** An absent field is left as it is. A `name` of null gives the session its generated title back. */
export const SessionChange = z.object({
  name: z.string().max(500).nullable().optional(),
  permission_folders: z.array(z.string().max(1_000)).max(100).nullable().optional(),
  archived: z.boolean().optional(),
});
export type SessionChange = z.infer<typeof SessionChange>;

/** What `ChatSession` tells `UserSpace` when the first prompt of a session arrives. */
export const NewSession = z.object({
  session_id: z.string(),
  agent_id: z.string().nullable(),
  first_message: z.string(),
  /** Milliseconds since 1970. */
  created_at: z.number(),
  client_type: z.string(),
});
export type NewSession = z.infer<typeof NewSession>;

/** Of a longer line, such as a tool's output, the rest is not searched. */
export const MAX_SEARCHED_CHARACTERS = 20_000;

/** One searchable line of a session, already redacted. `seq` is unique within the session. */
export const SearchRecord = z.object({ seq: z.number().int(), role: z.string(), text: z.string() });
export type SearchRecord = z.infer<typeof SearchRecord>;

/** What `ChatSession` tells `UserSpace` when a turn ended. Telling it twice changes nothing. */
export const FinishedTurn = z.object({
  session_id: z.string(),
  turn_count: z.number().int(),
  updated_at: z.number(),
  title: z.string().nullable(),
  records: z.array(SearchRecord),
  /** Of all the session's turns so far. */
  usage: UsageTotals.omit({ turns: true }),
});
export type FinishedTurn = z.infer<typeof FinishedTurn>;

export const SearchRequest = z.object({
  query: z.string().max(1_000),
  /** Taken as 1 below, as 100 above. */
  max_results: z.number().int(),
});
export type SearchRequest = z.infer<typeof SearchRequest>;

export const SearchHit = z.object({
  session_id: z.string(),
  name: z.string().nullable(),
  first_message: z.string().nullable(),
  created_at: z.string(),
  turn_count: z.number().int(),
  agent_id: z.string().nullable(),
  relevance_score: z.number(),
  match_count: z.number().int(),
  snippet: z.string(),
  /** The snippet again, as a list: some clients read it so. */
  snippets: z.array(z.string()),
});
export type SearchHit = z.infer<typeof SearchHit>;

export const SearchResponse = z.object({
  results: z.array(SearchHit),
  total_count: z.number().int(),
  query: z.string(),
});
export type SearchResponse = z.infer<typeof SearchResponse>;

/** A line of a session's history, as the history route and the JSONL files give it. */
export const HistoryRecord = z.object({
  role: z.enum(['user', 'assistant', 'tool_use', 'tool_result', 'system', 'event']),
  content: z.union([z.string(), z.array(z.unknown())]),
  timestamp: z.string(),
  message_id: z.string().nullable(),
  tool_name: z.string().nullable(),
  tool_use_id: z.string().nullable(),
  is_error: z.boolean().nullable(),
  metadata: z.record(z.string(), z.unknown()),
});
export type HistoryRecord = z.infer<typeof HistoryRecord>;

export const History = z.object({
  session_id: z.string(),
  messages: z.array(HistoryRecord),
  turn_count: z.number().int(),
  first_message: z.string().nullable(),
  /** Addition: connect with `?last_event=` this, and nothing is missed or doubled. */
  last_event: z.number().int(),
  /** Addition: pass as `cursor` for the next page; null at the end. */
  next_cursor: z.string().nullable(),
});
export type History = z.infer<typeof History>;

export const HistoryQuery = z.object({
  /** Records at most; without it, all that follow. */
  limit: z.number().int().min(1).max(1_000).optional(),
  /** A page's `next_cursor`. */
  cursor: z
    .string()
    .regex(/^\d{1,16}\.\d{1,6}$/, 'not a cursor of a history')
    .optional(),
});

/**
 * SSE hands out `pending-<id>` for a session; everywhere else the bare id is used. Both name the same session,
 * whatever route they are given to.
 */
export const SessionId = z
  .string()
  .regex(/^(pending-)?[A-Za-z0-9_-]{1,128}$/, 'not a session id')
  .transform((id) => id.replace(/^pending-/, ''));

export const SessionReady = z.object({
  session_id: z.string(),
  status: z.literal('ready'),
  resumed: z.boolean(),
});

/** `detail` repeats `message`: clients read the one or the other. */
export const SessionNotFound = z.object({
  message: z.string(),
  detail: z.string(),
  session_id: z.string(),
});

export const InvalidRequest = z.object({
  message: z.string(),
  detail: z.string(),
  details: z.record(z.string(), z.unknown()),
});
