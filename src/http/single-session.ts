import { wholeHistory } from '#http/whole-history.ts';
import { createRoute, z } from '@hono/zod-openapi';
import { requireUser } from '#http/identity.ts';
import { invalidRequest } from '#http/invalid-request.ts';
import { jsonAnswer, jsonBody, newRouter } from '#http/new-router.ts';
import { wholeNumber } from '#http/query-number.ts';
import { removeSession } from '#http/remove-session.ts';
import { sessionNotFound } from '#http/session-not-found.ts';
import { refuseBadId, sessionPath } from '#http/session-path.ts';
import { chatSession, userSpace } from '#http/user-objects.ts';
import { redact } from '#lib/redact/redact.ts';
import { History, HistoryQuery, InvalidRequest, SessionChange, SessionInfo } from '#protocol/session.ts';

const { params, refusals } = sessionPath;

const getRoute = createRoute({
  method: 'get',
  path: '/sessions/{session_id}',
  summary: 'One session, archived or not',
  middleware: [requireUser, refuseBadId] as const,
  request: { params },
  responses: { 200: jsonAnswer(SessionInfo, 'The session'), ...refusals },
});

const changeRoute = createRoute({
  method: 'patch',
  path: '/sessions/{session_id}',
  summary: 'Rename a session, set its folders, move it into the archive or back',
  middleware: [requireUser, refuseBadId] as const,
  request: { params, ...jsonBody(SessionChange) },
  responses: {
    200: jsonAnswer(SessionInfo, 'The session as it is now'),
    400: jsonAnswer(InvalidRequest, 'No such session of this user'),
    ...refusals,
  },
});

const deleteRoute = createRoute({
  method: 'delete',
  path: '/sessions/{session_id}',
  summary: 'Delete a session with its history and files',
  middleware: [requireUser, refuseBadId] as const,
  request: { params },
  responses: {
    200: jsonAnswer(z.object({ status: z.literal('deleted') }), 'It is gone, or never was'),
    ...refusals,
  },
});

const historyRoute = createRoute({
  method: 'get',
  path: '/sessions/{session_id}/history',
  summary: 'What was said and done in a session, oldest first; of a session that does not exist, nothing',
  middleware: [requireUser, refuseBadId, wholeHistory] as const,
  request: {
    params,
    query: z.object({
      limit: wholeNumber.pipe(HistoryQuery.shape.limit.unwrap()).optional(),
      cursor: HistoryQuery.shape.cursor,
    }),
  },
  responses: { 200: jsonAnswer(History, 'The records'), ...refusals },
});

/** What concerns one session of the list. */
export function singleSessionRoutes() {
  const routes = newRouter();

  routes.openapi(getRoute, async (c) => {
    const { session_id: id } = c.req.valid('param');
    const session = await userSpace(c).getSession(id);
    return session === null ? c.json(sessionNotFound(id), 404) : c.json(session, 200);
  });

  routes.openapi(changeRoute, async (c) => {
    const { session_id: id } = c.req.valid('param');
    const change = c.req.valid('json');
    const name = typeof change.name === 'string' ? redact(change.name) : change.name;
    const session = await userSpace(c).updateSession(id, { ...change, name });
    if (session === null) return c.json(invalidRequest(`Session ${id} not found`), 400);
    const { permission_folders: folders } = change;
    if (folders !== null && folders !== undefined) await chatSession(c, id).setWritableFolders(folders);
    return c.json(session, 200);
  });

  routes.openapi(deleteRoute, async (c) => {
    await removeSession(c, c.req.valid('param').session_id);
    return c.json({ status: 'deleted' as const }, 200);
  });

  routes.openapi(historyRoute, async (c) => {
    const session = chatSession(c, c.req.valid('param').session_id);
    return c.json(await session.readHistory(c.req.valid('query')), 200);
  });

  return routes;
}
