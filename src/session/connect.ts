import { z } from 'zod';
import type { ServerEvent } from '#protocol/server-event.ts';
import { SocketState } from '#session/clients.ts';
import { chosenMode } from '#session/permission-mode.ts';
import { eventsAfter } from '#session/replay.ts';
import { readRow, type Session } from '#session/session.ts';
import { answeredCalls, askedCalls, waitingId } from '#session/waiting-calls.ts';

export const Connection = SocketState.extend({
  /** Whether the client named the session; else the id is a fresh one. */
  resume: z.boolean(),
  /** The last `event_id` that the client has seen; null from a client that does not count. */
  lastEvent: z.number().int().min(0).nullable(),
});
export type Connection = z.infer<typeof Connection>;

/**
 * Takes a socket in: `ready`, what it missed, then the live stream. Contract: all in one go, so that nothing can
 * happen between what is caught up with and what is live.
 */
export function connect(session: Session, socket: WebSocket, connection: Connection): void {
  const { clients, stream, sessionId, workspace } = session;
  const { resume, lastEvent, ...state } = connection;
  const row = readRow(session.sql);
  const mode = chosenMode(session.sql);
  // Files and a mode may come before the first prompt, and a connection may break between the two
  const known = row !== undefined || workspace.totals().files > 0 || mode !== null;
  if (resume && !known) return refuseUnknown(socket, sessionId);
  if (row !== undefined && state.agentId !== null && state.agentId !== row.agent_id) {
    session.sql.exec('UPDATE session SET agent_id = ?', state.agentId);
  }
  clients.accept(socket, state);

  const resumed = { session_id: sessionId, resumed: true, turn_count: row?.turn_count ?? 0 };
  clients.send(socket, { type: 'ready', cwd_id: sessionId, ...(resume ? resumed : {}) });
  if (mode !== null) clients.send(socket, { type: 'permission_mode', mode });
  const from = lastEvent ?? stream.liveFrom;
  const missed = eventsAfter(from, session);
  for (const event of missed) clients.send(socket, event);
  for (const event of pendingEvents(session, missed)) clients.send(socket, event);
  for (const id of answeredCalls(session)) clients.send(socket, { type: 'reply_taken', tool_use_id: id });
  clients.caughtUp(socket, stream.position);
}

/** What still waits for a person, for a client that saw it long ago or never: without a number, as it is no news. */
function pendingEvents(session: Session, sent: readonly ServerEvent[]): ServerEvent[] {
  const ids = new Set(sent.map(waitingId));
  return askedCalls(session).filter((event) => !ids.has(waitingId(event)));
}

/** Accepted first: a close before that never reaches a client with its code and reason. */
export function refuseUnknown(socket: WebSocket, sessionId: string): void {
  socket.accept();
  socket.send(JSON.stringify({ type: 'error', error: `Session '${sessionId}' not found` }));
  socket.close(4004, 'Session not found');
}
