import { createRoute, z } from '@hono/zod-openapi';
import { jsonAnswer, newRouter } from '#http/new-router.ts';
import { routeSecurity } from '#http/route-security.ts';

const Health = z.object({ status: z.literal('ok'), service: z.string().nullable() });

const health = createRoute({
  method: 'get',
  path: '/health',
  summary: 'Is it running',
  security: routeSecurity.nobody,
  responses: { 200: jsonAnswer(Health, 'It is') },
});

export function healthRoutes() {
  const routes = newRouter();
  routes.openapi(health, (c) => c.json({ status: 'ok' as const, service: 'agent-sdk-api' }, 200));
  // One address for both: a browser gets the page, a program its health
  routes.get('/', async (c): Promise<Response> =>
    c.req.header('accept')?.includes('text/html')
      ? c.env.ASSETS.fetch(c.req.raw)
      : c.json({ status: 'ok', service: null }),
  );
  return routes;
}
