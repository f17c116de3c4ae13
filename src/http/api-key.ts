import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import { authenticate } from '#accounts/authenticate.ts';
import { accountDeps } from '#http/account-deps.ts';
import type { AppEnv } from '#http/app-env.ts';
import { authenticatePage } from '#http/page-session.ts';
import { isSameSecret } from '#lib/hash.ts';
import type { User } from '#protocol/user.ts';

const publicPaths = new Set([
  '/',
  '/health',
  '/api/v1/auth/login',
  '/api/v1/auth/ws-token',
  '/api/v1/auth/ws-token-refresh',
  // Checks its bearer token itself: programs that speak MCP send no other header
  '/mcp',
]);

/** Each of these checks on its own who is asking: by cookie, by a platform's signature, by a signed link. */
const publicPrefixes = [
  '/api/v1/auth/page/',
  '/api/v1/webhooks/',
  '/api/v1/files/dl/',
  '/api/v1/mcp/oauth/',
  '/api/v1/platforms/zalo/oauth/',
  '/zalo_verifier',
];

const SOCKET_PATH = '/api/v1/ws/chat';

/**
 * The door: a request needs the API key, or the cookie of someone who signed in on the page, to learn even which
 * paths exist. Behind the key, a token says which user it is; behind the cookie that is clear already. Without a
 * configured key the door is open and nobody is anyone, so that routes that need a user refuse.
 */
export const apiKey = createMiddleware<AppEnv>(async (c, next) => {
  const { API_KEY } = c.var.settings;
  if (API_KEY === undefined || c.req.method === 'OPTIONS' || isPublic(c.req.path) || isSocket(c))
    return next();

  const given = c.req.header('x-api-key');
  if (given === undefined) {
    const visitor = await authenticatePage(c);
    if (!visitor.ok) return c.json({ detail: 'Invalid or missing API key' }, 401);
    c.set('user', withoutToken(visitor.value));
    return next();
  }
  if (!(await isSameSecret(given, API_KEY))) return c.json({ detail: 'Invalid or missing API key' }, 401);
  const token = userToken(c);
  if (token !== undefined) {
    const sender = await authenticate(token, accountDeps(c));
    if (sender.ok) c.set('user', withoutToken(sender.value));
  }
  return next();
});

/** The user's token as a client other than the page sends it. */
export const userToken = (c: Context<AppEnv>): string | undefined =>
  c.req.header('x-user-token') ?? /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1];

const isPublic = (path: string): boolean =>
  publicPaths.has(path) || publicPrefixes.some((prefix) => path.startsWith(prefix));

/** The socket's route checks its token itself, because a refusal has to be a close code. */
const isSocket = (c: Context<AppEnv>): boolean =>
  c.req.path === SOCKET_PATH && c.req.header('upgrade')?.toLowerCase() === 'websocket';

const withoutToken = ({ id, username, role, full_name }: User): User => ({ id, username, role, full_name });
