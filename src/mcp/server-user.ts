import type { Result } from '#lib/result.ts';
import type { FileInfo } from '#protocol/file.ts';
import type { Reply } from '#protocol/reply.ts';
import type { StreamEvent } from '#protocol/server-event.ts';
import type { History, HistoryRecord, SearchResponse, SessionPage } from '#protocol/session.ts';

/** What the tools may do: everything here is the signed-in user's own, whatever ids a program names. */
export interface ServerUser {
  listSessions(query: { limit: number; cursor?: string; archived: boolean }): Promise<SessionPage>;
  search(request: { query: string; max_results: number }): Promise<SearchResponse>;
  session(id: string): ServerSession;
  newSessionId(): string;
}

/** One session of the user, which need not exist. */
export interface ServerSession {
  readonly id: string;
  exists(): Promise<boolean>;
  readHistory(page: { limit?: number; cursor?: string }): Promise<History>;
  /** What was said and done last, oldest first. */
  newestRecords(limit: number): Promise<HistoryRecord[]>;
  /** Null where the session is unknown. */
  listFiles(): Promise<FileInfo[] | null>;
  /** The file's bytes with the headers of a download; `from` in bytes. */
  openFile(path: string, from: number): Promise<Response | 'no_session' | 'no_file'>;
  /** Null where the session is unknown; the problem is a sentence for people. */
  writeFile(path: string, bytes: Uint8Array): Promise<Result<FileInfo, string> | null>;
  /** An address that opens the file without signing in, for an hour; null where links cannot be signed. */
  fileLink(path: string): Promise<string | null>;
  /** Stores a prompt; the response is the event stream of its turn. */
  converse(prompt: { content: string; agentId: string | null }): Promise<Result<Response, string>>;
  /** The event stream of the running turn, or what follows `lastEvent`; ends at once where nothing runs. */
  follow(lastEvent: number | null): Promise<Response | undefined>;
  /** Returns when it is stored; the text says why it changes nothing. */
  reply(toolUseId: string, reply: Reply): Promise<string | null>;
  interrupt(): Promise<void>;
  /** What the session waits for a person with, oldest first. */
  waitingCalls(): Promise<StreamEvent[]>;
}
