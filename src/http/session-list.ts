import { createRoute, z } from '@hono/zod-openapi';
import { requireUser } from '#http/identity.ts';
import { jsonAnswer, jsonBody, newRouter } from '#http/new-router.ts';
import { wholeNumber } from '#http/query-number.ts';
import { removeSession } from '#http/remove-session.ts';
import { userSpace } from '#http/user-objects.ts';
import { Detail } from '#protocol/account.ts';
import { SearchRequest, SearchResponse, SessionId, SessionInfo, SessionQuery } from '#protocol/session.ts';

const refused = { 401: jsonAnswer(Detail, 'No valid token') };

const listRoute = createRoute({
  method: 'get',
  path: '/sessions',
  summary: 'The sessions of the user, newest created first; all of them, unless a `limit` is given',
  middleware: [requireUser] as const,
  request: {
    query: z.object({
      limit: wholeNumber.pipe(SessionQuery.shape.limit.unwrap()).optional(),
      cursor: SessionQuery.shape.cursor,
      archived: z
        .enum(['true', 'false'])
        .transform((value) => value === 'true')
        .optional()
        .openapi({ description: 'Those in the archive instead of those in use' }),
    }),
  },
  responses: {
    200: {
      ...jsonAnswer(z.array(SessionInfo), 'The sessions'),
      headers: z.object({
        'X-Next-Cursor': z.string().optional().openapi({ description: 'The `cursor` of the next page' }),
        Link: z.string().optional().openapi({ description: 'The next page, as `rel="next"`' }),
      }),
    },
    ...refused,
  },
});

const searchRoute = createRoute({
  method: 'get',
  path: '/sessions/search',
  summary: 'Sessions in which a text occurs, best first: in names, prompts, answers and the work of tools',
  middleware: [requireUser] as const,
  request: {
    query: z.object({
      query: SearchRequest.shape.query,
      max_results: wholeNumber.default(20).openapi({ description: 'From 1 to 100' }),
    }),
  },
  responses: { 200: jsonAnswer(SearchResponse, 'What was found'), ...refused },
});

/** Each deletion takes calls to other objects, of which one request may make a thousand. */
const MAX_DELETIONS = 400;

const deleteRoute = createRoute({
  method: 'post',
  path: '/sessions/batch-delete',
  summary: 'Delete several sessions with all that belongs to them',
  middleware: [requireUser] as const,
  request: jsonBody(z.object({ session_ids: z.array(SessionId).min(1).max(MAX_DELETIONS) })),
  responses: { 200: jsonAnswer(z.object({ status: z.literal('deleted') }), 'They are gone'), ...refused },
});

/** What concerns more than one session. */
export function sessionListRoutes() {
  const routes = newRouter();

  routes.openapi(listRoute, async (c) => {
    const query = c.req.valid('query');
    const { sessions, next_cursor } = await userSpace(c).listSessions(query);
    if (next_cursor !== null) {
      const next = new URL(c.req.url);
      next.searchParams.set('cursor', next_cursor);
      c.header('X-Next-Cursor', next_cursor);
      c.header('Link', `<${next.pathname}${next.search}>; rel="next"`);
    }
    return c.json(sessions, 200);
  });

  routes.openapi(searchRoute, async (c) => c.json(await userSpace(c).search(c.req.valid('query')), 200));

  routes.openapi(deleteRoute, async (c) => {
    const ids = new Set(c.req.valid('json').session_ids);
    await Promise.all([...ids].map((id) => removeSession(c, id)));
    return c.json({ status: 'deleted' as const }, 200);
  });

  return routes;
}
