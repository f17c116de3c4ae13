import { OpenAPIHono } from '@hono/zod-openapi';
import { onError } from '#http/on-error.ts';

/** Every door of the HTTP side, on one screen. */
export function createApp() {
  const app = new OpenAPIHono<{ Bindings: Env }>();
  app.onError(onError);
  app.get('/health', (c) => c.json({ status: 'ok', service: 'agent-sdk-api' }));
  return app;
}
