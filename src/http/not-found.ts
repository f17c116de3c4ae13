import type { Context, Hono } from 'hono';
import { METHOD_NAME_ALL } from 'hono/router';
import type { AppEnv } from '#http/app-env.ts';

/** Sends a path with a trailing slash to the route without it, and answers 404 to everything else. */
export const notFound =
  (app: Pick<Hono<AppEnv>, 'router'>) =>
  (c: Context<AppEnv>): Response => {
    const url = new URL(c.req.url);
    if (url.pathname.length > 1 && url.pathname.endsWith('/')) {
      url.pathname = url.pathname.slice(0, -1);
      // Middleware matches any path, so only what is bound to a method is a route
      const [handlers] = app.router.match(c.req.method, url.pathname);
      if (handlers.some(([[, route]]) => route.method !== METHOD_NAME_ALL)) return c.redirect(url.href, 307);
    }
    return c.json({ detail: 'Not Found' }, 404);
  };

/** For a path that exists and knows other methods only. */
export const methodNotAllowed = (c: Context, methods: readonly string[]): Response =>
  c.json({ detail: 'Method Not Allowed' }, 405, { Allow: methods.join(', ') });
