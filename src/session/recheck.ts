import { findTokenOwner } from '#accounts/find-account.ts';
import { LEEWAY_SECONDS } from '#accounts/verify-claims.ts';
import type { SocketState } from '#session/clients.ts';
import type { Session } from '#session/session.ts';

/** A logout, a disabled account or a changed password counts everywhere within this time. */
export const RECHECK_MS = 30_000;

/**
 * Whether the socket may go on. Contract: at most one database read per socket in `RECHECK_MS`; a socket whose token
 * is void by now is closed. Never throws: while the database cannot be asked, what was true last is taken to hold.
 */
export async function recheckSocket(
  session: Session,
  socket: WebSocket,
  state: SocketState,
): Promise<boolean> {
  const now = session.clock.now();
  if (now - state.checkedAt < RECHECK_MS) return true;
  if (now > state.expiresAt + LEEWAY_SECONDS * 1000) return refuse(session, socket);
  try {
    const { jti, iat } = state;
    const owner = await findTokenOwner({ jti, iat, username: session.username }, { db: session.db });
    if (!owner.ok) return refuse(session, socket);
    session.clients.remember(socket, { ...state, checkedAt: now });
  } catch (error) {
    session.log.error('recheck_failed', { sessionId: session.sessionId, error: String(error) });
  }
  return true;
}

function refuse(session: Session, socket: WebSocket): false {
  session.clients.forget(socket);
  socket.close(1008, 'Invalid or expired JWT token');
  return false;
}

/** Those who watch and say nothing are checked all the same, before a turn is shown to them and while it runs. */
export async function recheckSockets(session: Session): Promise<void> {
  await Promise.all(
    [...session.clients.sockets].map(([socket, state]) => recheckSocket(session, socket, state)),
  );
}
