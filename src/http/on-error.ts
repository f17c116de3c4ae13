import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { MALFORMED_JSON } from '#http/validation-error.ts';
import { consoleLog } from '#lib/log.ts';

/** The one place where the HTTP side catches: what arrives here is a bug, so the outside learns nothing of it. */
export function onError(error: Error, c: Context): Response {
  if (error instanceof HTTPException) return refusal(error, c);
  consoleLog.error('unhandled', {
    path: c.req.path,
    name: error.name,
    message: error.message,
    stack: error.stack,
  });
  return c.text('Internal Server Error', 500);
}

/** What the router itself refuses before a route's schema is asked: a body it cannot read. */
function refusal(error: HTTPException, c: Context): Response {
  if (error.status === 415) {
    return c.json({ detail: 'Unsupported Media Type: send the body with its content type' }, 415);
  }
  if (error.status !== 400) return c.json({ detail: 'Request refused' }, error.status);
  const json = /json/i.test(c.req.header('content-type') ?? '');
  return json
    ? c.json(MALFORMED_JSON, 422)
    : c.json({ detail: [{ type: 'form_invalid', loc: ['body'], msg: 'The form could not be read' }] }, 422);
}
