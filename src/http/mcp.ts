import { createRoute, z } from '@hono/zod-openapi';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import { createMiddleware } from 'hono/factory';
import { authenticate } from '#accounts/authenticate.ts';
import { findPersonalTokenOwner } from '#accounts/personal-tokens.ts';
import { accountDeps } from '#http/account-deps.ts';
import type { AppEnv } from '#http/app-env.ts';
import { isKnownHost, isKnownOrigin } from '#http/mcp-hosts.ts';
import { mcpUser } from '#http/mcp-user.ts';
import { jsonAnswer, newRouter } from '#http/new-router.ts';
import { routeSecurity } from '#http/route-security.ts';
import { consoleLog } from '#lib/log.ts';
import { createMcpServer } from '#mcp/server.ts';
import type { User } from '#protocol/user.ts';

/** A file in base64 is the largest thing that comes. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

const Refusal = z.object({
  jsonrpc: z.literal('2.0'),
  error: z.object({ code: z.number(), message: z.string() }),
  id: z.null(),
});

/** Errors in the form of the protocol, which some programs show and others only log. */
const refusal = (message: string) => ({
  jsonrpc: '2.0' as const,
  error: { code: -32_001, message },
  id: null,
});

/** A web page whose name was turned into this server's address is stopped here, before anything is read. */
const refuseStrangers = createMiddleware<AppEnv>(async (c, next) => {
  const host = c.req.header('host') ?? new URL(c.req.url).host;
  if (!isKnownHost(host, c.var.settings)) {
    return c.json(
      refusal(`This server is not known as ${host}. Whoever runs it sets BACKEND_PUBLIC_URL to its address.`),
      403,
    );
  }
  const origin = c.req.header('origin');
  if (origin !== undefined && !isKnownOrigin(origin, c.var.settings)) {
    return c.json(
      refusal(`Pages of ${origin} may not come here. Whoever runs the server names them in CORS_ORIGINS.`),
      403,
    );
  }
  return next();
});

/** The user comes from the bearer token and from nothing else: no cookie, no other header. */
const requireBearer = createMiddleware<{
  Bindings: Env;
  Variables: AppEnv['Variables'] & { user: User };
}>(async (c, next) => {
  const token = /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
  const user = token === undefined ? null : await ownerOf(token, accountDeps(c));
  if (user !== null) {
    c.set('user', user);
    return next();
  }
  const problem = token === undefined ? '' : ', error="invalid_token"';
  c.header('WWW-Authenticate', `Bearer realm="edgewise"${problem}`);
  return c.json(
    refusal(
      token === undefined
        ? 'Send a token: Authorization: Bearer <token>. `npx edgewise mcp token create` makes one.'
        : 'This token is wrong, expired or revoked. `npx edgewise mcp token create` makes a new one.',
    ),
    401,
  );
});

async function ownerOf(token: string, deps: ReturnType<typeof accountDeps>): Promise<User | null> {
  const owner = await findPersonalTokenOwner(token, deps);
  if (owner !== null) return owner;
  const sender = await authenticate(token, deps);
  if (!sender.ok) return null;
  const { id, username, role, full_name } = sender.value;
  return { id, username, role, full_name };
}

const mcpRoute = createRoute({
  method: 'post',
  path: '/mcp',
  summary: "The user's own tools over the Model Context Protocol (Streamable HTTP, without state)",
  security: routeSecurity.bearer,
  middleware: [refuseStrangers, requireBearer] as const,
  responses: {
    200: {
      description: 'Server-sent events: notifications of progress, then the answer',
      content: { 'text/event-stream': { schema: z.string() } },
    },
    202: { description: 'A notification was taken' },
    401: jsonAnswer(Refusal, 'No valid token'),
    403: jsonAnswer(Refusal, 'A host or an origin that is not known'),
  },
});

/** Offers the signed-in user's tools to other programs. Contract: nothing is kept between two requests. */
export function mcpRoutes() {
  const routes = newRouter();
  routes.openapi(mcpRoute, async (c) => {
    const transport = new WebStandardStreamableHTTPServerTransport({ maxRequestBodySize: MAX_BODY_BYTES });
    const server = createMcpServer({ user: mcpUser(c), log: consoleLog });
    await server.connect(transport);
    const response = await transport.handleRequest(c.req.raw);
    // Nothing hangs on it. Programs send it back, and some run several streams only where there is one
    response.headers.set('Mcp-Session-Id', c.req.header('mcp-session-id') ?? crypto.randomUUID());
    return response;
  });
  return routes;
}
