import type { OpenAPIHono } from '@hono/zod-openapi';
import type { AppEnv } from '#http/app-env.ts';
import { describeSecurity, routeSecurity } from '#http/route-security.ts';

/** Serves the description of all routes mounted so far, made from the schemas that check their requests. */
export function serveOpenApi(app: OpenAPIHono<AppEnv>): void {
  describeSecurity(app);
  app.get('/openapi.json', (c) =>
    c.json(
      app.getOpenAPI31Document({
        openapi: '3.1.0',
        info: { title: 'Edgewise', version: '0.1.0' },
        security: routeSecurity.user,
      }),
    ),
  );
}
