import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { authenticate, type Authenticated } from '#accounts/authenticate.ts';
import { assertNever } from '#lib/assert-never.ts';
import type { Result } from '#lib/result.ts';
import { Detail } from '#protocol/account.ts';
import { ServerEvent } from '#protocol/server-event.ts';
import { SessionId } from '#protocol/session.ts';
import { accountDeps } from '#http/account-deps.ts';
import type { AppEnv } from '#http/app-env.ts';
import { jsonAnswer } from '#http/new-router.ts';
import { authenticatePage, type PageProblem } from '#http/page-session.ts';
import { routeSecurity } from '#http/route-security.ts';
import { CONNECTION_HEADER } from '#session/chat-session.ts';
import type { Connection } from '#session/connect.ts';

const MAX_EVENT = Number.MAX_SAFE_INTEGER;

const Query = z.object({
  token: z.string().optional(),
  agent_id: z.string().max(128).optional().catch(undefined).openapi({
    type: 'string',
    description: 'Which agent answers; for an unknown one the default agent does',
  }),
  session_id: z
    .string()
    .optional()
    .openapi({ description: 'Go on with this session; without it a new one begins' }),
  // An empty text is no number, though `Number` makes it 0
  last_event: z
    .string()
    .min(1)
    .transform(Number)
    .pipe(z.number().int().min(0).max(MAX_EVENT))
    .optional()
    .catch(undefined)
    .openapi({
      type: 'integer',
      description: 'The last `event_id` that was seen, 0 if none: what follows it is sent again',
    }),
});

/** A description can hold a socket's handshake; what goes over the socket it can only tell. */
export const chatSocketDescription = {
  method: 'get',
  path: '/api/v1/ws/chat',
  summary: 'Chat over a WebSocket',
  description: `After the handshake each frame is one JSON object.

The client sends
- \`{"content": "text"}\`, a prompt; \`content\` may also be a list of \`text\` and \`image\` blocks, and a \`message_id\` makes it safe to send twice,
- \`{"type": "cancel_request"}\`, which stops the running turn,
- \`{"type": "ping"}\`, which is answered with \`{"type": "pong"}\`.

The server sends \`ready\` first, then the events of the session, as in the schema of the 101. One that carries an \`event_id\` can be had again by \`last_event\`.

A refused connection is accepted and then closed, with 1008 (token), 4001 (no user's token), 4004 (session) or 1011 (server) and the reason.`,
  security: routeSecurity.socket,
  request: { query: Query.omit({ token: true }) },
  responses: {
    101: {
      description: 'The socket is open. The schema is that of the frames the server sends',
      content: { 'application/json': { schema: ServerEvent } },
    },
    426: jsonAnswer(Detail, 'Not a WebSocket handshake'),
  },
} as const;

/**
 * `/api/v1/ws/chat`: finds out who connects and hands the socket to the session's object. Contract: a refusal is
 * accepted and then closed with its code and reason, which is all that a browser can see.
 */
export async function chatSocket(c: Context<AppEnv>): Promise<Response> {
  if (c.req.header('upgrade')?.toLowerCase() !== 'websocket') {
    return c.json({ detail: 'Expected a WebSocket upgrade' }, 426);
  }
  const query = Query.parse(c.req.query());
  const visitor = await identify(c, query.token);
  if (!visitor.ok) return refuse(closeReason(visitor.problem));

  const wanted = query.session_id;
  const parsed = wanted === undefined ? undefined : SessionId.safeParse(wanted);
  if (parsed?.success === false) return refuse({ code: 4004, reason: 'Session not found' }, wanted);

  const sessionId = parsed?.data ?? crypto.randomUUID();
  const connection: Connection = {
    jti: visitor.value.jti,
    iat: visitor.value.iat,
    expiresAt: visitor.value.expiresAt,
    checkedAt: Date.now(),
    resumable: query.last_event !== undefined,
    clientType: 'web',
    agentId: query.agent_id ?? null,
    resume: parsed !== undefined,
    lastEvent: query.last_event ?? null,
  };
  return c.env.CHAT_SESSION.getByName(`${visitor.value.username}/${sessionId}`).fetch('https://session/', {
    headers: { upgrade: 'websocket', [CONNECTION_HEADER]: JSON.stringify(connection) },
  });
}

type SocketProblem = PageProblem | { readonly reason: 'no_token' };

async function identify(
  c: Context<AppEnv>,
  token: string | undefined,
): Promise<Result<Authenticated, SocketProblem>> {
  if (token !== undefined && token !== '') return authenticate(token, accountDeps(c));
  const visitor = await authenticatePage(c);
  if (!visitor.ok && visitor.problem.reason === 'no_cookie')
    return { ok: false, problem: { reason: 'no_token' } };
  return visitor;
}

interface CloseReason {
  readonly code: number;
  readonly reason: string;
}

function closeReason(problem: SocketProblem): CloseReason {
  switch (problem.reason) {
    case 'no_token':
    case 'no_cookie':
      return { code: 1008, reason: 'Authentication token required' };
    case 'missing_username':
    case 'wrong_type':
      return { code: 4001, reason: 'Token missing username' };
    case 'not_configured':
      return { code: 1011, reason: 'JWT authentication not configured' };
    case 'invalid':
    case 'expired':
    case 'revoked':
    case 'unknown_user':
    case 'disabled':
    case 'foreign_page':
      return { code: 1008, reason: 'Invalid or expired JWT token' };
    default:
      return assertNever(problem);
  }
}

function refuse({ code, reason }: CloseReason, sessionId?: string): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  if (sessionId !== undefined) {
    server.send(JSON.stringify({ type: 'error', error: `Session '${sessionId}' not found` }));
  }
  server.close(code, reason);
  return new Response(null, { status: 101, webSocket: client });
}
