import { createRoute, z } from '@hono/zod-openapi';
import { createPlatform } from '#channel/create-platform.ts';
import { livePlatformDeps } from '#channel/live-platform-deps.ts';
import { lastError } from '#channel/platform-errors.ts';
import type { Platform, PlatformStatus } from '#channel/platform.ts';
import { requireAdmin } from '#http/identity.ts';
import { jsonAnswer, newRouter } from '#http/new-router.ts';
import { Detail } from '#protocol/account.ts';
import { PlatformSetUp, PlatformStatusAnswer } from '#protocol/platform-status.ts';
import { PlatformName } from '#protocol/platform.ts';
import type { Settings } from '#protocol/settings.ts';

const params = z.object({ name: z.string() });

const refused = {
  401: jsonAnswer(Detail, 'No valid token'),
  403: jsonAnswer(Detail, 'Not an administrator'),
  404: jsonAnswer(Detail, 'The platform is not configured'),
};

const setUpRoute = createRoute({
  method: 'post',
  path: '/admin/platforms/{name}/setup',
  summary: 'Check the token of a messenger and point its webhook here',
  middleware: [requireAdmin] as const,
  request: { params },
  responses: {
    200: jsonAnswer(PlatformSetUp, 'Done'),
    502: jsonAnswer(Detail, 'The platform refused'),
    ...refused,
  },
});

const statusRoute = createRoute({
  method: 'get',
  path: '/admin/platforms/{name}/status',
  summary: 'Whether a messenger works: its token, its webhook, its last errors',
  middleware: [requireAdmin] as const,
  request: { params },
  responses: { 200: jsonAnswer(PlatformStatusAnswer, 'As the platform tells it now'), ...refused },
});

export function adminPlatformRoutes() {
  const routes = newRouter();

  routes.openapi(setUpRoute, async (c) => {
    const platform = platformOf(c.env, c.var.settings, c.req.valid('param').name);
    if (platform === null) return c.json(notConfigured(c.req.valid('param').name), 404);
    const webhookUrl = webhookUrlOf(c.var.settings, platform);
    const done = await platform.setUp(webhookUrl);
    return done.ok
      ? c.json({ webhook_url: webhookUrl, steps: [...done.value] }, 200)
      : c.json({ detail: done.problem }, 502);
  });

  routes.openapi(statusRoute, async (c) => {
    const platform = platformOf(c.env, c.var.settings, c.req.valid('param').name);
    if (platform === null) return c.json(notConfigured(c.req.valid('param').name), 404);
    const status = await platform.status(webhookUrlOf(c.var.settings, platform));
    return c.json(
      {
        platform: platform.name,
        ...toAnswer(status),
        products: (status.products ?? []).map((product) => ({ title: product.title, ...toAnswer(product) })),
        last_send_error: await lastError(platform.name, c.env.DB),
      },
      200,
    );
  });

  return routes;
}

const toAnswer = (status: PlatformStatus) => ({
  token_valid: status.tokenValid,
  account: status.account,
  webhook_url: status.webhookUrl,
  webhook_ok: status.webhookOk,
  last_error: status.lastError,
  token_expires_at: status.tokenExpiresAt,
});

function platformOf(env: Env, settings: Settings, given: string): Platform | null {
  const name = PlatformName.safeParse(given.toLowerCase());
  return name.success ? createPlatform(name.data, settings, livePlatformDeps(env, settings)) : null;
}

const notConfigured = (name: string) => ({ detail: `Platform '${name}' not configured` });

const webhookUrlOf = (settings: Settings, { name }: Platform): string =>
  `${settings.BACKEND_PUBLIC_URL.replace(/\/$/, '')}/api/v1/webhooks/${name}`;
