import { DurableObject } from 'cloudflare:workers';
import { systemClock } from '#lib/clock.ts';
import { migrate } from '#lib/migrate.ts';
import type {
  FinishedTurn,
  NewSession,
  SearchRequest,
  SearchResponse,
  SessionChange,
  SessionInfo,
  SessionPage,
  SessionQuery,
} from '#protocol/session.ts';
import { Settings } from '#protocol/settings.ts';
import type { SessionUsage, UsageByDay } from '#protocol/usage.ts';
import { finishTurn } from '#user/finish-turn.ts';
import { linkChat, linkedChats, unlinkChat, type LinkedChat } from '#user/linked-chats.ts';
import { listSessions } from '#user/list-sessions.ts';
import { removeSessions } from '#user/remove-sessions.ts';
import { searchSessions } from '#user/search-sessions.ts';
import { findRow, toSessionInfo } from '#user/session-row.ts';
import { startSession } from '#user/start-session.ts';
import { userTables } from '#user/tables.ts';
import { updateSession } from '#user/update-session.ts';
import { toSessionUsage, usageByDay } from '#user/usage.ts';

/** One per user, by the user's name: the list of the user's sessions, the search over them, and what they used. */
export class UserSpace extends DurableObject<Env> {
  readonly #sql = this.ctx.storage.sql;
  readonly #maxSessions = Settings.parse(this.env).STORAGE_MAX_SESSIONS;

  constructor(context: DurableObjectState, env: Env) {
    super(context, env);
    context.storage.transactionSync(() => migrate(this.#sql, 'user', userTables));
  }

  startSession(session: NewSession): void {
    this.#atomically(() => startSession({ sql: this.#sql, maxSessions: this.#maxSessions }, session));
  }

  finishTurn(turn: FinishedTurn): void {
    this.#atomically(() => finishTurn(this.#sql, turn));
  }

  listSessions(query: SessionQuery): SessionPage {
    return listSessions(this.#sql, query);
  }

  getSession(sessionId: string): SessionInfo | null {
    const row = findRow(this.#sql, sessionId);
    return row === undefined ? null : toSessionInfo(row);
  }

  sessionUsage(sessionId: string): SessionUsage | null {
    const row = findRow(this.#sql, sessionId);
    return row === undefined ? null : toSessionUsage(row);
  }

  usageByDay(days: number): UsageByDay {
    return usageByDay(this.#sql, { days, now: systemClock.now() });
  }

  updateSession(sessionId: string, change: SessionChange): SessionInfo | null {
    return updateSession(this.#sql, sessionId, { change, now: systemClock.now() });
  }

  removeSessions(sessionIds: readonly string[]): void {
    this.#atomically(() => removeSessions(this.#sql, sessionIds));
  }

  /** Names of chats that may be asked in the user's place, the last used first. */
  linkedChats(): readonly string[] {
    return linkedChats(this.#sql);
  }

  linkChat(chat: LinkedChat): void {
    linkChat(this.#sql, chat, systemClock.now());
  }

  unlinkChat(name: string): void {
    unlinkChat(this.#sql, name);
  }

  search(request: SearchRequest): SearchResponse {
    return searchSessions(this.#sql, request);
  }

  #atomically(write: () => void): void {
    this.ctx.storage.transactionSync(write);
  }
}
