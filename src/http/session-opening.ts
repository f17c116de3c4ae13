import { createRoute, z } from '@hono/zod-openapi';
import { requireUser } from '#http/identity.ts';
import { invalidRequest } from '#http/invalid-request.ts';
import { jsonAnswer, jsonBody, newRouter } from '#http/new-router.ts';
import { sessionNotFound } from '#http/session-not-found.ts';
import { refuseBadId, sessionPath } from '#http/session-path.ts';
import { chatSession, type UserContext } from '#http/user-objects.ts';
import { Detail } from '#protocol/account.ts';
import { InvalidRequest, SessionId, SessionNotFound, SessionReady } from '#protocol/session.ts';

const Opening = z.object({
  agent_id: z.string().max(128).nullish(),
  resume_session_id: z.string().max(200).nullish(),
});

const refused = {
  401: jsonAnswer(Detail, 'No valid token'),
  404: jsonAnswer(SessionNotFound, 'No such session of this user'),
};

const createSessionRoute = createRoute({
  method: 'post',
  path: '/sessions',
  summary: 'Make a session to connect to; it is listed from its first prompt on',
  middleware: [requireUser] as const,
  request: { body: { content: { 'application/json': { schema: Opening } } } },
  responses: { 201: jsonAnswer(SessionReady, 'The session'), ...refused },
});

const resumeRoute = createRoute({
  method: 'post',
  path: '/sessions/resume',
  summary: 'Make sure that a session can be gone on with',
  middleware: [requireUser] as const,
  request: jsonBody(Opening),
  responses: {
    200: jsonAnswer(SessionReady, 'It can'),
    400: jsonAnswer(InvalidRequest, 'No id was given'),
    ...refused,
  },
});

const resumeOneRoute = createRoute({
  method: 'post',
  path: '/sessions/{session_id}/resume',
  summary: 'Make sure that this session can be gone on with',
  middleware: [requireUser, refuseBadId] as const,
  request: { params: sessionPath.params },
  responses: { 200: jsonAnswer(SessionReady, 'It can'), ...sessionPath.refusals },
});

const closeRoute = createRoute({
  method: 'post',
  path: '/sessions/{session_id}/close',
  summary: 'Say that a client is done with a session; nothing has to be released, so it always succeeds',
  middleware: [requireUser, refuseBadId] as const,
  request: { params: sessionPath.params },
  responses: {
    200: jsonAnswer(z.object({ status: z.literal('closed') }), 'Noted'),
    ...sessionPath.refusals,
  },
});

const ready = (session_id: string, resumed: boolean) => ({ session_id, status: 'ready' as const, resumed });

async function findSession(c: UserContext, given: string): Promise<string | undefined> {
  const id = SessionId.safeParse(given);
  return id.success && (await chatSession(c, id.data).exists()) ? id.data : undefined;
}

/** Beginning a session, or coming back to one. Sockets do both by themselves; other clients ask here. */
export function sessionOpeningRoutes() {
  const routes = newRouter();

  routes.openapi(createSessionRoute, async (c) => {
    const { agent_id = null, resume_session_id: given } = c.req.valid('json');
    if (given) {
      const found = await findSession(c, given);
      return found === undefined ? c.json(sessionNotFound(given), 404) : c.json(ready(found, true), 201);
    }
    const id = crypto.randomUUID();
    await chatSession(c, id).createSession({ agent_id, client_type: 'web' });
    return c.json(ready(id, false), 201);
  });

  routes.openapi(resumeRoute, async (c) => {
    const { resume_session_id: given } = c.req.valid('json');
    if (!given) return c.json(invalidRequest('resume_session_id is required'), 400);
    const found = await findSession(c, given);
    return found === undefined ? c.json(sessionNotFound(given), 404) : c.json(ready(found, true), 200);
  });

  routes.openapi(resumeOneRoute, async (c) => {
    const { session_id: id } = c.req.valid('param');
    const exists = await chatSession(c, id).exists();
    return exists ? c.json(ready(id, true), 200) : c.json(sessionNotFound(id), 404);
  });

  routes.openapi(closeRoute, (c) => c.json({ status: 'closed' as const }, 200));

  return routes;
}
