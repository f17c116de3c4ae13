import { z } from 'zod';
import type { SessionInfo } from '#protocol/session.ts';
import { UsageTotals } from '#protocol/usage.ts';
import { foldText } from '#lib/fold-text.ts';

const StoredFolders = z
  .string()
  .transform((json): unknown => JSON.parse(json))
  .pipe(z.array(z.string()));

/** A row of `session`, as far as more than one reader needs it. */
const SessionRow = z.object({
  session_id: z.string(),
  number: z.number(),
  name: z.string().nullable(),
  title: z.string().nullable(),
  first_message: z.string(),
  agent_id: z.string().nullable(),
  client_type: z.string(),
  permission_folders: StoredFolders,
  turn_count: z.number(),
  line_count: z.number(),
  last_seq: z.number().nullable(),
  created_at: z.number(),
  updated_at: z.number(),
  archived_by: z.enum(['user', 'cap']).nullable(),
  ...UsageTotals.omit({ turns: true }).shape,
});
export type SessionRow = z.infer<typeof SessionRow>;

export const readRows = (cursor: Iterable<unknown>): SessionRow[] =>
  [...cursor].map((row) => SessionRow.parse(row));

export const findRow = (sql: SqlStorage, sessionId: string): SessionRow | undefined =>
  readRows(sql.exec('SELECT * FROM session WHERE session_id = ?', sessionId))[0];

export const shownName = (row: Pick<SessionRow, 'name' | 'title'>): string | null => row.name ?? row.title;

/** What a search by name looks into: the name that is shown, and the first prompt, which may stand in for it. */
export const searchLabel = (row: Pick<SessionRow, 'name' | 'title' | 'first_message'>): string =>
  foldText(`${shownName(row) ?? ''}\n${row.first_message}`);

export const toSessionInfo = (row: SessionRow): SessionInfo => ({
  session_id: row.session_id,
  name: shownName(row),
  first_message: row.first_message,
  created_at: new Date(row.created_at).toISOString(),
  updated_at: new Date(row.updated_at).toISOString(),
  turn_count: row.turn_count,
  user_id: null,
  agent_id: row.agent_id,
  cwd_id: row.session_id,
  permission_folders: row.permission_folders,
  client_type: row.client_type,
  archived: row.archived_by !== null,
});
