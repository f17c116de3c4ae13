import { z } from 'zod';
import type { Clock } from '#lib/clock.ts';
import type { Log } from '#lib/log.ts';
import { Usage } from '#protocol/message.ts';
import { PermissionMode } from '#protocol/server-event.ts';
import type { Settings } from '#protocol/settings.ts';
import type { Workspace } from '#files/workspace.ts';
import type { Connections } from '#lib/connections.ts';
import type { SecretOf } from '#mcp/fill-secrets.ts';
import type { Model } from '#agent/model.ts';
import type { Tool } from '#agent/tool.ts';
import type { Clients } from '#session/clients.ts';
import type { EntryStore } from '#session/entry-store.ts';
import type { EventStream } from '#session/event-stream.ts';
import type { McpLinks } from '#session/mcp-links.ts';

/** What a session knows of itself: its one row. Absent until the first prompt, or until it is made by a route. */
export const SessionRow = z.object({
  session_id: z.string(),
  username: z.string(),
  agent_id: z.string().nullable(),
  client_type: z.string(),
  created_at: z.number(),
  /** 1 once `UserSpace` lists it. */
  listed: z.number(),
  turn_count: z.number(),
  /** US dollars. */
  cost: z.number(),
  /** Turns up to here have ended. */
  finished_turn: z.number(),
  /** Turns up to here are in the history files. */
  told_turn: z.number(),
  /** How often the unfinished turn was started again without a new step. */
  attempts: z.number(),
  /** The entry with which the model's view begins. */
  window_start: z.number(),
  /** The newest summary, which stands in the model's view for all before `window_start`; 0 while there is none. */
  summary_seq: z.number(),
  /** The model is shown no image and no document of entries before this one. */
  media_start: z.number(),
  /** What all its turns used, as `cost` is what they cost. */
  steps: z.number(),
  ...Usage.shape,
  /** Tool use ids that the unfinished turn waits for a person for; empty while nothing is parked. */
  waiting: z.string().transform((json) => z.array(z.string()).parse(JSON.parse(json))),
  /** Milliseconds since 1970: then waiting ends without an answer. Null: never. */
  waiting_until: z.number().nullable(),
  /** Null: the agent's own. */
  mode: PermissionMode.nullable(),
  mode_before_planning: PermissionMode.nullable(),
  /** Where tools may write. Null: where the agent may. */
  writable_folders: z
    .string()
    .transform((json) => z.array(z.string()).parse(JSON.parse(json)))
    .nullable(),
});
export type SessionRow = z.infer<typeof SessionRow>;

export interface RunningTurn {
  readonly turn: number;
  readonly abort: AbortController;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Stream position before the turn. */
  readonly from: number;
  /** Stream position after its prompt was shown. */
  shownFrom: number;
  /** Resolves when nothing more will be written for the turn. */
  readonly ended: Promise<void>;
}

/** The object's one alarm: set while a turn is unfinished, so that one that is interrupted goes on by itself. */
export interface WakeUp {
  /** Milliseconds since 1970. */
  set(at: number): Promise<void>;
  clear(): Promise<void>;
}

/** The deps of everything a session does, made once per object, and the little that is not worth a row. */
export interface Session {
  readonly username: string;
  readonly sessionId: string;
  readonly settings: Settings;
  readonly sql: SqlStorage;
  readonly entries: EntryStore;
  readonly clients: Clients;
  readonly stream: EventStream;
  readonly workspace: Workspace;
  readonly connections: Connections;
  readonly model: Model;
  readonly tools: readonly Tool[];
  readonly mcp: McpLinks;
  readonly userSpace: Env['USER_SPACE'];
  readonly channelChats: Env['CHANNEL_CHAT'];
  readonly db: D1Database;
  readonly files: R2Bucket;
  readonly wakeUp: WakeUp;
  /** Resolves when all that was written is kept, whatever happens to the machine. */
  readonly sync: () => Promise<void>;
  readonly clock: Clock;
  readonly secretOf: SecretOf;
  readonly log: Log;
  running: RunningTurn | undefined;
  writingHistory: Promise<void> | undefined;
  /** `UserSpace` may not know of the turns that are not in the history files yet. So after each wake: who knows? */
  mustRetell: boolean;
  /** Set while the session is being deleted: nothing starts any more. */
  closed: boolean;
}

export function readRow(sql: SqlStorage): SessionRow | undefined {
  const rows = sql.exec('SELECT * FROM session').toArray();
  return rows[0] === undefined ? undefined : SessionRow.parse(rows[0]);
}

export const userSpaceOf = (session: Session) => session.userSpace.getByName(session.username);

/** Makes the session's row if there is none, with the mode that was chosen before. */
export function ensureRow(
  session: Session,
  { agentId, clientType }: { agentId: string | null; clientType: string },
): void {
  session.sql.exec(
    `INSERT OR IGNORE INTO session (id, session_id, username, agent_id, client_type, created_at, mode)
     VALUES (1, ?, ?, ?, ?, ?, (SELECT mode FROM chosen_mode))`,
    session.sessionId,
    session.username,
    agentId,
    clientType,
    session.clock.now(),
  );
}
