import { createRoute, z } from '@hono/zod-openapi';
import { requireUser } from '#http/identity.ts';
import { jsonAnswer, newRouter } from '#http/new-router.ts';
import { wholeNumber } from '#http/query-number.ts';
import { sessionNotFound } from '#http/session-not-found.ts';
import { refuseBadId, sessionPath } from '#http/session-path.ts';
import { userSpace } from '#http/user-objects.ts';
import { Detail } from '#protocol/account.ts';
import { SessionUsage, UsageByDay, UsageDays } from '#protocol/usage.ts';

const sessionRoute = createRoute({
  method: 'get',
  path: '/sessions/{session_id}/usage',
  summary: 'What a session used: turns, model calls, tokens and their cost',
  middleware: [requireUser, refuseBadId] as const,
  request: { params: sessionPath.params },
  responses: {
    200: jsonAnswer(SessionUsage, 'All its turns that have ended'),
    ...sessionPath.refusals,
  },
});

const daysRoute = createRoute({
  method: 'get',
  path: '/usage',
  summary: 'What the user used, all sessions together, day by day (UTC), newest first',
  middleware: [requireUser] as const,
  request: {
    query: z.object({
      days: wholeNumber
        .pipe(UsageDays)
        .default(30)
        .openapi({ description: 'How many days back, from 1 to 366; today is the first' }),
    }),
  },
  responses: {
    200: jsonAnswer(UsageByDay, 'The days on which a turn ended, and their sum'),
    401: jsonAnswer(Detail, 'No valid token'),
  },
});

/** What was used, and what it cost. */
export function usageRoutes() {
  const routes = newRouter();

  routes.openapi(sessionRoute, async (c) => {
    const { session_id: id } = c.req.valid('param');
    const usage = await userSpace(c).sessionUsage(id);
    return usage === null ? c.json(sessionNotFound(id), 404) : c.json(usage, 200);
  });

  routes.openapi(daysRoute, async (c) =>
    c.json(await userSpace(c).usageByDay(c.req.valid('query').days), 200),
  );

  return routes;
}
