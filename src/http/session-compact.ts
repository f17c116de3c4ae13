import { createRoute, z } from '@hono/zod-openapi';
import { requireUser } from '#http/identity.ts';
import { jsonAnswer, newRouter } from '#http/new-router.ts';
import { sessionNotFound } from '#http/session-not-found.ts';
import { refuseBadId, sessionPath } from '#http/session-path.ts';
import { chatSession } from '#http/user-objects.ts';
import { CompactInstructions } from '#protocol/client-message.ts';
import { Detail } from '#protocol/account.ts';

const Wish = z.object({ instructions: CompactInstructions.default('') });

const compactRoute = createRoute({
  method: 'post',
  path: '/sessions/{session_id}/compact',
  summary: 'Have the conversation summarised, to make room; what was said stays in the history',
  middleware: [requireUser, refuseBadId] as const,
  request: {
    params: sessionPath.params,
    body: { required: false, content: { 'application/json': { schema: Wish } } },
  },
  responses: {
    202: jsonAnswer(
      z.object({ status: z.literal('accepted') }),
      'It is made when the turns before it have ended',
    ),
    409: jsonAnswer(Detail, 'There is nothing to summarise, or too much waits'),
    ...sessionPath.refusals,
  },
});

export function sessionCompactRoutes() {
  return newRouter().openapi(compactRoute, async (c) => {
    const { session_id: id } = c.req.valid('param');
    const session = chatSession(c, id);
    if (!(await session.exists())) return c.json(sessionNotFound(id), 404);
    // Without a body there is nothing that the route has parsed
    const { instructions } = Wish.parse(c.req.valid('json'));
    const accepted = await session.compact(instructions);
    return accepted.ok
      ? c.json({ status: 'accepted' as const }, 202)
      : c.json({ detail: accepted.problem }, 409);
  });
}
