import { createRoute, z } from '@hono/zod-openapi';
import { catalog } from '#catalog/catalog.ts';
import type { AppEnv } from '#http/app-env.ts';
import { requireUser } from '#http/identity.ts';
import { jsonAnswer, newRouter } from '#http/new-router.ts';
import { systemClock } from '#lib/clock.ts';
import { liveLinkDeps } from '#mcp/link-deps.ts';
import { McpProblem, SignInNeeded } from '#mcp/mcp-problem.ts';
import { RemoteLink, type LinkDeps } from '#mcp/remote-link.ts';
import type { RemoteServer } from '#mcp/remote-server.ts';
import { Detail } from '#protocol/account.ts';
import { McpServerList, McpSignInStart, type McpServerState } from '#protocol/mcp.ts';
import type { User } from '#protocol/user.ts';

const byName = {
  request: { params: z.object({ name: z.string() }) },
  refusals: {
    401: jsonAnswer(Detail, 'No valid token'),
    404: jsonAnswer(Detail, 'No MCP server of that name'),
  },
};

const listRoute = createRoute({
  method: 'get',
  path: '/mcp/servers',
  summary: 'The MCP servers that agents use, as they stand for the user; asks each, for five seconds at most',
  middleware: [requireUser] as const,
  responses: {
    200: jsonAnswer(McpServerList, 'In the order of the configuration'),
    401: jsonAnswer(Detail, 'No valid token'),
  },
});

const signInRoute = createRoute({
  method: 'post',
  path: '/mcp/servers/{name}/sign-in',
  summary: 'Begin to sign in at an MCP server; the answer says where to send the user',
  middleware: [requireUser] as const,
  request: byName.request,
  responses: {
    200: jsonAnswer(McpSignInStart, 'An address for the browser of the user'),
    502: jsonAnswer(Detail, 'The server cannot be reached, or offers no sign-in'),
    ...byName.refusals,
  },
});

const signOutRoute = createRoute({
  method: 'delete',
  path: '/mcp/servers/{name}/sign-in',
  summary: "Forget the user's sign-in at an MCP server",
  middleware: [requireUser] as const,
  request: byName.request,
  responses: { 204: { description: 'Forgotten, or there was none' }, ...byName.refusals },
});

/** Each once, of all agents. */
export const configuredServers = (): readonly RemoteServer[] => [
  ...new Map(
    catalog.agents.flatMap(({ mcpServers }) => mcpServers).map((server) => [server.name, server]),
  ).values(),
];

const unknown = { detail: 'There is no MCP server of that name' };

/** The MCP servers that the agents of this deployment use, and the user's sign-ins there. */
export function mcpServerRoutes() {
  const routes = newRouter();

  routes.openapi(listRoute, async (c) => {
    const deps = linkDeps(c);
    return c.json(
      { servers: await Promise.all(configuredServers().map((server) => look(server, deps))) },
      200,
    );
  });

  routes.openapi(signInRoute, async (c) => {
    const server = find(c.req.valid('param').name);
    if (server === undefined) return c.json(unknown, 404);
    const link = new RemoteLink(server, linkDeps(c));
    try {
      // Only the server knows where its sign-in is
      const challenge = await link.listTools().then(
        () => ({}),
        (error: unknown) => {
          if (error instanceof SignInNeeded) return error.challenge;
          throw error;
        },
      );
      return c.json({ url: await link.signInAddress(challenge) }, 200);
    } catch (error) {
      if (error instanceof McpProblem) return c.json({ detail: error.message }, 502);
      throw error;
    } finally {
      await link.close();
    }
  });

  routes.openapi(signOutRoute, async (c) => {
    const server = find(c.req.valid('param').name);
    if (server === undefined) return c.json(unknown, 404);
    const signIns = await linkDeps(c).signIns();
    await signIns?.store.forget(server.name);
    return c.body(null, 204);
  });

  return routes;
}

const find = (name: string) => configuredServers().find((server) => server.name === name);

const linkDeps = (c: {
  readonly env: Env;
  readonly var: { readonly user: User; readonly settings: AppEnv['Variables']['settings'] };
}): LinkDeps =>
  liveLinkDeps(c.var.user.username, {
    env: c.env,
    settings: c.var.settings,
    clock: systemClock,
    fetch: (url, init) => fetch(url, init),
  });

async function look(server: RemoteServer, deps: LinkDeps): Promise<McpServerState> {
  const link = new RemoteLink(server, deps);
  const { name } = server;
  const signed_in = await link.isSignedIn();
  try {
    const tools = await link.listTools();
    return { name, state: 'ready', tools: tools.length, problem: null, signed_in };
  } catch (error) {
    if (error instanceof SignInNeeded) {
      return { name, state: 'sign_in', tools: null, problem: null, signed_in };
    }
    if (!(error instanceof McpProblem)) throw error;
    return { name, state: 'unavailable', tools: null, problem: error.message, signed_in };
  } finally {
    await link.close();
  }
}
