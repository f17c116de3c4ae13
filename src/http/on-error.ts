import type { Context } from 'hono';
import { consoleLog } from '#lib/log.ts';

/** The one place where the HTTP side catches: what arrives here is a bug, so the outside learns nothing of it. */
export function onError(error: Error, c: Context): Response {
  consoleLog.error('unhandled', {
    path: c.req.path,
    name: error.name,
    message: error.message,
    stack: error.stack,
  });
  return c.text('Internal Server Error', 500);
}
