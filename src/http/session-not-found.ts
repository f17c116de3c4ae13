import { z } from '@hono/zod-openapi';

export const SessionNotFound = z.object({ message: z.string(), detail: z.string(), session_id: z.string() });

/** The body of a 404 for a session that does not exist, or is another user's: the two look the same. */
export function sessionNotFound(sessionId: string): z.infer<typeof SessionNotFound> {
  const message = `Session '${sessionId}' not found`;
  return { message, detail: message, session_id: sessionId };
}
