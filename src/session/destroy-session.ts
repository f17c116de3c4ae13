import { historyPrefix } from '#session/write-history-files.ts';
import type { Session } from '#session/session.ts';

/** What R2 deletes in one call. */
const KEYS_PER_DELETE = 1000;

/**
 * Deletes all that a session is, here and in R2. Contract: may be called again after a failure; the object's own
 * storage goes last, so that nothing is left that nobody knows of.
 */
export async function destroySession(session: Session, storage: DurableObjectStorage): Promise<void> {
  session.closed = true;
  try {
    session.running?.abort.abort();
    await session.running?.ended;
    for (const socket of session.clients.sockets.keys()) socket.close(4004, 'Session deleted');
    session.clients.closeReaders();
    await session.workspace.destroy();
    await deletePrefix(session.files, historyPrefix(session));
    await storage.deleteAlarm();
    await storage.deleteAll();
  } catch (error) {
    // Half deleted, still listed, to be deleted again: until then it must not swallow what it is told
    session.closed = false;
    throw error;
  }
}

async function deletePrefix(bucket: R2Bucket, prefix: string): Promise<void> {
  for (;;) {
    const { objects } = await bucket.list({ prefix, limit: KEYS_PER_DELETE });
    if (objects.length === 0) return;
    await bucket.delete(objects.map(({ key }) => key));
  }
}
