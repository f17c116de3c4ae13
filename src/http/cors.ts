import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '#http/app-env.ts';

const METHODS = 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT';
/** What a page may read besides the headers that every page may: cursors of lists, names of files. */
const EXPOSED = 'Content-Disposition, Link, X-Next-Cursor';

/**
 * Lets pages of other origins use the API with their own keys. The reflected origin opens nothing by cookie: those
 * are `SameSite=Strict`, and a request that comes with one has to be from our own page besides.
 */
export const cors = createMiddleware<AppEnv>(async (c, next) => {
  const origin = c.req.header('origin');
  // A socket's handshake knows no CORS, and its answer cannot be given other headers
  if (origin === undefined || c.req.header('upgrade') !== undefined) return next();

  const allowed = c.var.settings.CORS_ORIGINS.split(',').map((one) => one.trim());
  const mayAsk = allowed.includes('*') || allowed.includes(origin);
  const wantedMethod = c.req.header('access-control-request-method');
  if (c.req.method === 'OPTIONS' && wantedMethod !== undefined) {
    if (!mayAsk) return c.text('Disallowed CORS origin', 400, { Vary: 'Origin' });
    allowOrigin(c, origin);
    c.header('Access-Control-Allow-Methods', METHODS);
    c.header('Access-Control-Allow-Headers', c.req.header('access-control-request-headers') ?? 'X-API-Key');
    c.header('Access-Control-Max-Age', '600');
    return c.text('OK');
  }
  await next();
  if (mayAsk) {
    allowOrigin(c, origin);
    c.header('Access-Control-Expose-Headers', EXPOSED);
  } else {
    c.header('Vary', 'Origin', { append: true });
  }
});

function allowOrigin(c: Context<AppEnv>, origin: string): void {
  c.header('Access-Control-Allow-Origin', origin);
  c.header('Access-Control-Allow-Credentials', 'true');
  c.header('Vary', 'Origin', { append: true });
}
