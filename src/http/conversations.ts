import { createRoute, z } from '@hono/zod-openapi';
import { requireUser } from '#http/identity.ts';
import { jsonAnswer, jsonBody, newRouter } from '#http/new-router.ts';
import { SessionId } from '#protocol/session.ts';

const Prompt = z.object({
  content: z.string().regex(/\S/, 'A message must not be blank'),
  session_id: z.string().nullish(),
  agent_id: z.string().max(128).nullish(),
});

const Detail = z.object({ detail: z.string() });

const stream = {
  description:
    'Server-sent events: session_id, sdk_session_id, text_delta, tool_use, tool_result, content_block, done',
  content: { 'text/event-stream': { schema: z.string() } },
};

const start = createRoute({
  method: 'post',
  path: '/conversations',
  summary: 'Say something, in a new conversation or in that of `session_id`, and follow the turn',
  middleware: requireUser,
  request: jsonBody(Prompt),
  responses: { 200: stream, 429: jsonAnswer(Detail, 'Too many messages are waiting in this session') },
});

const say = createRoute({
  method: 'post',
  path: '/conversations/{session_id}/stream',
  summary: 'Say something in a conversation and follow the turn; an unknown id begins a new one',
  middleware: requireUser,
  request: { params: z.object({ session_id: z.string() }), ...jsonBody(Prompt) },
  responses: { 200: stream, 429: jsonAnswer(Detail, 'Too many messages are waiting in this session') },
});

const follow = createRoute({
  method: 'get',
  path: '/conversations/{session_id}/stream',
  summary: 'Come back to a turn: what came after `last_event`, then what is live',
  middleware: requireUser,
  request: {
    params: z.object({ session_id: SessionId }),
    query: z.object({ last_event: z.coerce.number().int().min(0).optional() }),
  },
  responses: { 200: stream, 404: jsonAnswer(Detail, 'No such session of this user') },
});

const interrupt = createRoute({
  method: 'post',
  path: '/conversations/{session_id}/interrupt',
  summary: 'Stop the running turn',
  middleware: requireUser,
  request: { params: z.object({ session_id: SessionId }) },
  responses: {
    200: jsonAnswer(z.object({ status: z.string() }), 'The running turn stops; harmless when none runs'),
  },
});

/** Conversations over server-sent events, on the same sessions as the socket's. */
export function conversationRoutes() {
  return newRouter()
    .openapi(start, async (c) => {
      const { content, session_id, agent_id } = c.req.valid('json');
      const said = { content, sessionId: session_id ?? null, agentId: agent_id ?? null };
      const answer = await converse(c.env, { ...said, username: c.var.user.username });
      return answer.ok ? answer.value : c.json({ detail: answer.problem }, 429);
    })
    .openapi(say, async (c) => {
      const { content } = c.req.valid('json');
      const said = { content, sessionId: c.req.valid('param').session_id, agentId: null };
      const answer = await converse(c.env, { ...said, username: c.var.user.username });
      return answer.ok ? answer.value : c.json({ detail: answer.problem }, 429);
    })
    .openapi(follow, async (c) => {
      const { session_id: id } = c.req.valid('param');
      const seen = c.req.valid('query').last_event ?? Number(c.req.header('last-event-id') ?? NaN);
      const response = await sessionOf(c.env, c.var.user.username, id).follow(
        Number.isFinite(seen) ? seen : null,
      );
      return response ?? c.json({ detail: `Session '${id}' not found` }, 404);
    })
    .openapi(interrupt, async (c) => {
      await sessionOf(c.env, c.var.user.username, c.req.valid('param').session_id).interrupt();
      return c.json({ status: 'interrupted' }, 200);
    });
}

const sessionOf = (env: Env, username: string, sessionId: string) =>
  env.CHAT_SESSION.getByName(`${username}/${sessionId}`);

interface Said {
  readonly username: string;
  readonly content: string;
  readonly sessionId: string | null;
  readonly agentId: string | null;
}

/** A session that does not exist yet is made, under an id of our own: a client cannot choose one. */
async function converse(env: Env, { username, content, sessionId, agentId }: Said) {
  const known = SessionId.safeParse(sessionId);
  const named = known.success ? sessionOf(env, username, known.data) : undefined;
  const session =
    named !== undefined && (await named.exists()) ? named : sessionOf(env, username, crypto.randomUUID());
  return session.converse({ content, agentId });
}
