import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { AppEnv } from '#http/app-env.ts';
import { configuredServers } from '#http/mcp-servers.ts';
import { plainPage } from '#http/plain-page.ts';
import { jsonAnswer, newRouter } from '#http/new-router.ts';
import { authenticatePage } from '#http/page-session.ts';
import { routeSecurity } from '#http/route-security.ts';
import { systemClock } from '#lib/clock.ts';
import { clientMetadata } from '#mcp/auth-memory.ts';
import { liveLinkDeps, storeDeps } from '#mcp/link-deps.ts';
import { McpProblem } from '#mcp/mcp-problem.ts';
import { finishSignIn, OAUTH_PATH, type SignInAnswer } from '#mcp/sign-in.ts';
import { findStart, type FoundStart } from '#mcp/sign-in-store.ts';

const page = (description: string) => ({
  description,
  content: { 'text/html': { schema: z.string() } },
});

const startRoute = createRoute({
  method: 'get',
  path: '/start/{state}',
  summary: 'Where a user begins to sign in at an MCP server; the link in the chat leads here',
  security: routeSecurity.nobody,
  request: { params: z.object({ state: z.string() }) },
  responses: {
    200: page('Says who signs in where, with a link to the server'),
    403: page('Another user is signed in on the page'),
    404: page('Not begun, used or expired'),
  },
});

const callbackRoute = createRoute({
  method: 'get',
  path: '/callback',
  summary: 'Where an MCP server sends the user back to',
  security: routeSecurity.nobody,
  request: {
    query: z.object({ state: z.string(), code: z.string().optional(), iss: z.string().optional() }),
  },
  responses: {
    200: page('Signed in'),
    400: page('The server refused, or gave a code that is not good'),
    404: page('Not begun in this browser, used or expired'),
  },
});

const ClientMetadata = z.object({
  client_id: z.string(),
  client_name: z.string(),
  redirect_uris: z.array(z.string()),
  grant_types: z.array(z.string()),
  response_types: z.array(z.string()),
  token_endpoint_auth_method: z.literal('none'),
});

const metadataRoute = createRoute({
  method: 'get',
  path: '/client-metadata',
  summary: 'Who this deployment is, for authorization servers that read it instead of registering clients',
  security: routeSecurity.nobody,
  responses: {
    200: jsonAnswer(ClientMetadata, 'A client ID metadata document'),
  },
});

/** Set by the start page: the sign-in must end in the browser that was told whose it is. */
const cookieOf = (state: string) => `edgewise_mcp_${state}`;
const COOKIE_SECONDS = 600;

/** The user's way to an MCP server's sign-in and back. Nothing here needs a key: what counts is the state, once. */
export function mcpOauthRoutes() {
  const routes = newRouter();

  routes.openapi(startRoute, async (c) => {
    const { state } = c.req.valid('param');
    const found = await find(c, state, { spend: false });
    if (found === undefined) return c.html(expired, 404);
    const visitor = await authenticatePage(c);
    if (visitor.ok && visitor.value.username !== found.username) return c.html(otherUser, 403);
    setCookie(c, cookieOf(state), '1', {
      path: OAUTH_PATH,
      maxAge: COOKIE_SECONDS,
      httpOnly: true,
      sameSite: 'Lax',
      secure: c.var.settings.BACKEND_PUBLIC_URL.startsWith('https:'),
    });
    c.header('cache-control', 'no-store');
    c.header('referrer-policy', 'no-referrer');
    return c.html(
      plainPage(`Sign in at ${found.server}`, {
        text: `Agents of the Edgewise account “${found.username}” will be able to use ${found.server} in your name. You sign in at ${new URL(found.started.authorizationUrl).host}. If that is not your account, close this page.`,
        link: { href: found.started.authorizationUrl, text: `Continue to ${found.server}` },
      }),
      200,
    );
  });

  routes.openapi(callbackRoute, async (c) => {
    const { state, code, iss } = c.req.valid('query');
    const isSameBrowser = getCookie(c, cookieOf(state)) !== undefined;
    const found = isSameBrowser ? await find(c, state, { spend: true }) : undefined;
    if (found === undefined) return c.html(expired, 404);
    deleteCookie(c, cookieOf(state), { path: OAUTH_PATH });
    const isDone = code !== undefined && (await finish(c, found, { code, iss }));
    return isDone ? c.html(done(found.server), 200) : c.html(refused(found.server), 400);
  });

  routes.openapi(metadataRoute, (c) => {
    const base = `${c.var.settings.BACKEND_PUBLIC_URL.replace(/\/+$/, '')}${OAUTH_PATH}`;
    return c.json(
      {
        client_id: `${base}/client-metadata`,
        token_endpoint_auth_method: 'none' as const,
        ...clientMetadata(`${base}/callback`),
      },
      200,
    );
  });

  return routes;
}

async function find(
  c: Context<AppEnv>,
  state: string,
  how: { readonly spend: boolean },
): Promise<FoundStart | undefined> {
  const deps = await storeDeps({ env: c.env, settings: c.var.settings, clock: systemClock });
  return deps && findStart(state, deps, how);
}

async function finish(
  c: Context<AppEnv>,
  { username, server: name, started }: FoundStart,
  answer: SignInAnswer,
): Promise<boolean> {
  const server = configuredServers().find((each) => each.name === name && each.url === started.url);
  const { signIns } = liveLinkDeps(username, {
    env: c.env,
    settings: c.var.settings,
    clock: systemClock,
    fetch: (url, init) => fetch(url, init),
  });
  const deps = await signIns();
  if (server === undefined || deps === undefined) return false;
  try {
    await finishSignIn(server, started, answer, deps);
    return true;
  } catch (error) {
    if (error instanceof McpProblem) return false;
    throw error;
  }
}

const expired = plainPage('This sign-in is over', {
  text: 'It was used already, has expired, or was begun in another browser. Ask for a new link in the chat.',
});
const otherUser = plainPage('This link is for another account', {
  text: 'You are signed in to Edgewise as somebody else. Ask for a link in your own chat.',
});
const done = (server: string) =>
  plainPage(`Signed in at ${server}`, { text: 'You can close this page and go on in the chat.' });
const refused = (server: string) =>
  plainPage(`Not signed in at ${server}`, {
    text: 'The server did not agree. Ask for a new link in the chat to try again.',
  });
