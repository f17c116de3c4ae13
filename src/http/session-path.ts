import { z } from '@hono/zod-openapi';
import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '#http/app-env.ts';
import { jsonAnswer } from '#http/new-router.ts';
import { sessionNotFound } from '#http/session-not-found.ts';
import { Detail } from '#protocol/account.ts';
import { SessionId, SessionNotFound } from '#protocol/session.ts';

/** What is no id names no session: clients know the 404 for that, and not a 422. */
export const refuseBadId = createMiddleware<AppEnv>(async (c, next) => {
  const id = c.req.param('session_id') ?? '';
  return SessionId.safeParse(id).success ? next() : c.json(sessionNotFound(id), 404);
});

/** The part of a route that concerns one session of the user. */
export const sessionPath = {
  params: z.object({ session_id: SessionId }),
  refusals: {
    401: jsonAnswer(Detail, 'No valid token'),
    404: jsonAnswer(SessionNotFound, 'No such session of this user'),
  },
};
