import type { z } from 'zod';
import type { SessionNotFound } from '#protocol/session.ts';

/** The body of a 404 for a session that does not exist, or is another user's: the two look the same. */
export function sessionNotFound(sessionId: string): z.infer<typeof SessionNotFound> {
  const message = `Session '${sessionId}' not found`;
  return { message, detail: message, session_id: sessionId };
}
