import { DurableObject } from 'cloudflare:workers';
import { isMigrated } from '#lib/migrate.ts';
import { succeed, type Result } from '#lib/result.ts';
import type { FileDeleteRequest, FileType } from '#protocol/file.ts';
import type { Reply } from '#protocol/reply.ts';
import type { History } from '#protocol/session.ts';
import { requestCompact } from '#session/compact-request.ts';
import { connect, Connection, refuseUnknown } from '#session/connect.ts';
import { converse, follow, type Conversation } from '#session/converse.ts';
import { destroySession } from '#session/destroy-session.ts';
import {
  commitUpload,
  deleteFile,
  listFiles,
  locateFile,
  uploadRoom,
  writeFile,
  type NewUpload,
} from '#session/files.ts';
import { openSession, sessionName } from '#session/open-session.ts';
import { emptyHistory, newestRecords, readHistory, type HistoryPage } from '#session/read-history.ts';
import { receive } from '#session/receive.ts';
import { RECHECK_MS, recheckSocket } from '#session/recheck.ts';
import { cancelTurn, resumeAfterWake, resumeTurns, WAKE_MS } from '#session/run-turns.ts';
import type { SubmittedPrompt } from '#session/submit-prompt.ts';
import { endWaiting } from '#session/take-reply.ts';
import { giveReply, replyFromChat, streamPosition, submitFromChat, watchEvents } from '#session/watch.ts';
import { ensureRow, readRow, type Session } from '#session/session.ts';
import { openQuestions, waitingCalls, type OpenQuestions } from '#session/waiting-calls.ts';
import { setWritableFolders } from '#session/writable-folders.ts';

/** The header in which the Worker hands over who connects, and how. Only the Worker can reach this object. */
export const CONNECTION_HEADER = 'x-edgewise-connection';

/** A client that sends this gets the answer without waking the object: a cheap way to notice a dead connection. */
const PING = '{"type":"ping"}';
const PONG = '{"type":"pong"}';

const conversationGone = 'The conversation that asked this was deleted.';

/** One conversation, named `username/session_id`. The class only adapts; what it does stands in this folder. */
export class ChatSession extends DurableObject<Env> {
  /** Undefined while nothing was ever stored: looking at a session that does not exist must not make one. */
  #stored: Session | undefined;

  /** On their way into the workspace: an object that only they use is not empty. */
  #uploads = 0;

  constructor(context: DurableObjectState, env: Env) {
    super(context, env);
    context.setWebSocketAutoResponse(new WebSocketRequestResponsePair(PING, PONG));
    if (isMigrated(context.storage.sql)) context.waitUntil(resumeAfterWake(this.#open()));
  }

  override fetch(request: Request): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    const connection = Connection.parse(JSON.parse(request.headers.get(CONNECTION_HEADER) ?? ''));
    if (connection.resume && this.#stored === undefined)
      refuseUnknown(server, sessionName(this.ctx).sessionId);
    else connect(this.#open(), server, connection);
    return new Response(null, { status: 101, webSocket: client });
  }

  override async webSocketMessage(socket: WebSocket, frame: string | ArrayBuffer): Promise<void> {
    // Frames that were on their way when the session was deleted must not make it anew
    if (socket.readyState !== WebSocket.READY_STATE_OPEN) return;
    const session = this.#open();
    const state = session.clients.sockets.get(socket);
    if (state !== undefined && session.clock.now() - state.checkedAt >= RECHECK_MS) {
      // Blocked, so that frames that come meanwhile keep their order
      await this.ctx.blockConcurrencyWhile(() => recheckSocket(session, socket, state));
    }
    return receive(session, socket, typeof frame === 'string' ? frame : '');
  }

  override async webSocketClose(socket: WebSocket, code = 1000, reason = ''): Promise<void> {
    this.#stored?.clients.forget(socket);
    // 1005 and 1006 only say that no code came: they must not be sent
    socket.close(code === 1005 || code === 1006 ? 1000 : code, reason);
    await this.#leaveNoTrace();
  }

  override webSocketError(socket: WebSocket): Promise<void> {
    return this.webSocketClose(socket);
  }

  /** An interrupted turn was resumed when the object woke for this; a running one is looked after for longer. */
  override async alarm(): Promise<void> {
    if (this.#stored !== undefined) await endWaiting(this.#stored);
    if (this.#stored !== undefined && this.#stored.running === undefined) await resumeTurns(this.#stored);
    const running = this.#stored?.running;
    if (this.#stored === undefined || running === undefined) return;
    await this.ctx.storage.setAlarm(this.#stored.clock.now() + WAKE_MS);
    await running.ended;
  }

  exists(): boolean {
    return this.#stored !== undefined && readRow(this.#stored.sql) !== undefined;
  }

  createSession({ agent_id, client_type }: { agent_id: string | null; client_type: string }): void {
    ensureRow(this.#open(), { agentId: agent_id, clientType: client_type });
  }

  converse(conversation: Conversation): Result<Response, string> {
    return converse(this.#open(), conversation);
  }

  follow(lastEvent: number | null): Response | undefined {
    return this.#stored === undefined ? undefined : follow(this.#stored, lastEvent);
  }

  compact(instructions: string): Result<null, string> {
    const requested = requestCompact(this.#open(), instructions);
    return requested.ok ? succeed(null) : requested;
  }

  async interrupt(): Promise<void> {
    if (this.#stored !== undefined) await cancelTurn(this.#stored);
  }

  /** Why it changes nothing, as far as there is somebody to tell. */
  reply(toolUseId: string, reply: Reply): string | null {
    return this.#stored === undefined ? null : giveReply(this.#stored, toolUseId, reply);
  }

  setWritableFolders(folders: readonly string[]): void {
    if (this.#stored !== undefined) setWritableFolders(this.#stored, folders);
  }

  submitFromChat(prompt: SubmittedPrompt, watcher: string): Result<null, string> {
    return submitFromChat(this.#open(), prompt, watcher);
  }

  replyFromChat(toolUseId: string, reply: Reply, watcher: string): string | null {
    return this.#stored === undefined ? null : replyFromChat(this.#stored, toolUseId, reply, watcher);
  }

  /** Why it changes nothing, for who was asked in another place than where the turn began. */
  replyFromElsewhere(toolUseId: string, reply: Reply): string | null {
    return this.#stored === undefined ? conversationGone : giveReply(this.#stored, toolUseId, reply);
  }

  newestRecords(limit: number) {
    return this.#stored === undefined ? [] : newestRecords(this.#stored, limit);
  }

  /** Null where there is no such session. */
  watchEvents(after: number, watcher: string): ReadableStream<Uint8Array> | null {
    return this.#stored === undefined ? null : watchEvents(this.#stored, after, watcher);
  }

  streamPosition(): number | null {
    return this.#stored === undefined ? null : streamPosition(this.#stored);
  }

  waitingCalls() {
    return this.#stored === undefined ? [] : waitingCalls(this.#stored);
  }

  /** Null where there is no such session. */
  openQuestions(): OpenQuestions | null {
    const row = this.#stored === undefined ? undefined : readRow(this.#stored.sql);
    return this.#stored === undefined || row === undefined ? null : openQuestions(this.#stored, row);
  }

  readHistory(page: HistoryPage): History {
    return this.#stored === undefined
      ? emptyHistory(sessionName(this.ctx).sessionId)
      : readHistory(this.#stored, page);
  }

  listFiles(type?: FileType) {
    return this.#stored === undefined ? null : listFiles(this.#stored, type);
  }

  uploadRoom(request: { mustBeKnown: boolean }) {
    return this.#stored === undefined && request.mustBeKnown ? null : uploadRoom(this.#open(), request);
  }

  async commitUpload(upload: NewUpload) {
    this.#uploads += 1;
    try {
      return await commitUpload(this.#open(), upload);
    } finally {
      this.#uploads -= 1;
    }
  }

  writeFile(path: string, bytes: Uint8Array) {
    return this.#stored === undefined ? null : writeFile(this.#stored, path, bytes);
  }

  deleteFile(request: FileDeleteRequest) {
    return this.#stored === undefined ? null : deleteFile(this.#stored, request);
  }

  locateFile(path: string) {
    return this.#stored === undefined ? ('no_session' as const) : locateFile(this.#stored, path);
  }

  async destroy(): Promise<void> {
    if (this.#stored === undefined) return;
    await destroySession(this.#stored, this.ctx.storage);
    this.#stored = undefined;
  }

  #open(): Session {
    return (this.#stored ??= openSession(this.ctx, this.env));
  }

  /** A connection that never said anything is not a session: even its empty tables go. */
  async #leaveNoTrace(): Promise<void> {
    if (this.#stored === undefined || this.exists()) return;
    const { clients, workspace, running } = this.#stored;
    if (clients.size > 0 || this.#uploads > 0 || running !== undefined || workspace.totals().files > 0)
      return;
    this.#stored = undefined;
    await this.ctx.storage.deleteAll();
  }
}
