import { DurableObject } from 'cloudflare:workers';
import type { Result } from '#lib/result.ts';
import type { FileDeleteRequest, FileType } from '#protocol/file.ts';
import type { History } from '#protocol/session.ts';
import { connect, Connection } from '#session/connect.ts';
import { converse, follow, type Conversation } from '#session/converse.ts';
import { destroySession } from '#session/destroy-session.ts';
import {
  commitUpload,
  deleteFile,
  listFiles,
  locateFile,
  uploadRoom,
  type NewUpload,
} from '#session/files.ts';
import { openSession } from '#session/open-session.ts';
import { readHistory, type HistoryPage } from '#session/read-history.ts';
import { receive } from '#session/receive.ts';
import { RECHECK_MS, recheckSocket } from '#session/recheck.ts';
import { resumeTurns } from '#session/run-turns.ts';
import { ensureRow, readRow, type Session } from '#session/session.ts';

/** The header in which the Worker hands over who connects, and how. Only the Worker can reach this object. */
export const CONNECTION_HEADER = 'x-edgewise-connection';

/** A client that sends this gets the answer without waking the object: a cheap way to notice a dead connection. */
const PING = '{"type":"ping"}';
const PONG = '{"type":"pong"}';

/** One conversation, named `username/session_id`. The class only adapts; what it does stands in this folder. */
export class ChatSession extends DurableObject<Env> {
  #session: Session;

  constructor(context: DurableObjectState, env: Env) {
    super(context, env);
    this.#session = openSession(context, env);
    context.setWebSocketAutoResponse(new WebSocketRequestResponsePair(PING, PONG));
    context.waitUntil(resumeTurns(this.#session));
  }

  override fetch(request: Request): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    const connection = Connection.parse(JSON.parse(request.headers.get(CONNECTION_HEADER) ?? ''));
    connect(this.#session, server, connection);
    return new Response(null, { status: 101, webSocket: client });
  }

  override async webSocketMessage(socket: WebSocket, frame: string | ArrayBuffer): Promise<void> {
    const session = this.#session;
    const state = session.clients.sockets.get(socket);
    if (state !== undefined && session.clock.now() - state.checkedAt >= RECHECK_MS) {
      // Blocked, so that frames that come meanwhile keep their order
      await this.ctx.blockConcurrencyWhile(() => recheckSocket(session, socket, state));
    }
    return receive(session, socket, typeof frame === 'string' ? frame : '');
  }

  override async webSocketClose(socket: WebSocket, code = 1000, reason = ''): Promise<void> {
    this.#session.clients.forget(socket);
    // 1005 and 1006 only say that no code came: they must not be sent
    socket.close(code === 1005 || code === 1006 ? 1000 : code, reason);
    await this.#leaveNoTrace();
  }

  override webSocketError(socket: WebSocket): Promise<void> {
    return this.webSocketClose(socket);
  }

  exists(): boolean {
    return readRow(this.#session.sql) !== undefined;
  }

  createSession({ agent_id, client_type }: { agent_id: string | null; client_type: string }): void {
    ensureRow(this.#session, { agentId: agent_id, clientType: client_type });
  }

  converse(conversation: Conversation): Result<Response, string> {
    return converse(this.#session, conversation);
  }

  follow(lastEvent: number | null): Response | undefined {
    return this.exists() ? follow(this.#session, lastEvent) : undefined;
  }

  interrupt(): void {
    this.#session.running?.abort.abort();
  }

  readHistory(page: HistoryPage): History {
    return readHistory(this.#session, page);
  }

  listFiles(type?: FileType) {
    return listFiles(this.#session, type);
  }

  uploadRoom(request: { mustBeKnown: boolean }) {
    return uploadRoom(this.#session, request);
  }

  commitUpload(upload: NewUpload) {
    return commitUpload(this.#session, upload);
  }

  deleteFile(request: FileDeleteRequest) {
    return deleteFile(this.#session, request);
  }

  locateFile(path: string) {
    return locateFile(this.#session, path);
  }

  async destroy(): Promise<void> {
    await destroySession(this.#session, this.ctx.storage);
    this.#session = openSession(this.ctx, this.env);
  }

  /** A connection that never said anything is not a session: even its empty tables go. */
  async #leaveNoTrace(): Promise<void> {
    const { clients, workspace, running } = this.#session;
    if (this.exists() || clients.size > 0 || running !== undefined || workspace.totals().files > 0) return;
    await this.ctx.storage.deleteAll();
    this.#session = openSession(this.ctx, this.env);
  }
}
