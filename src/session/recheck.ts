import { findTokenOwner } from '#accounts/find-account.ts';
import type { SocketState } from '#session/clients.ts';
import type { Session } from '#session/session.ts';

/** A logout, a disabled account or a changed password counts everywhere within this time. */
export const RECHECK_MS = 30_000;

/** Contract: at most one database read per socket in `RECHECK_MS`; a socket whose token is void by now is closed. */
export async function recheckSocket(
  session: Session,
  socket: WebSocket,
  state: SocketState,
): Promise<boolean> {
  const now = session.clock.now();
  if (now - state.checkedAt < RECHECK_MS) return true;
  const owner = await findTokenOwner(
    { jti: state.jti, iat: state.iat, username: session.username },
    { db: session.db },
  );
  if (owner.ok) {
    session.clients.remember(socket, { ...state, checkedAt: now });
    return true;
  }
  session.clients.forget(socket);
  socket.close(1008, 'Invalid or expired JWT token');
  return false;
}

/** While a turn runs, watchers may say nothing for long: they are checked all the same. */
export async function recheckSockets(session: Session): Promise<void> {
  for (const [socket, state] of session.clients.sockets) await recheckSocket(session, socket, state);
}
