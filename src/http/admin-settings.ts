import { createRoute, z } from '@hono/zod-openapi';
import { changePlatformSettings, readPlatformSettings } from '#accounts/platform-settings.ts';
import { accountDeps } from '#http/account-deps.ts';
import { requireAdmin } from '#http/identity.ts';
import { jsonAnswer, jsonBody, newRouter } from '#http/new-router.ts';
import { Detail, PlatformSettingChanges, PlatformSettings } from '#protocol/account.ts';

const answers = {
  200: jsonAnswer(z.object({ platform: PlatformSettings }), 'The settings that hold now'),
  401: jsonAnswer(Detail, 'No valid token'),
  403: jsonAnswer(Detail, 'Not an administrator'),
};

const readRoute = createRoute({
  method: 'get',
  path: '/admin/settings',
  summary: 'Settings that may be changed while running',
  middleware: [requireAdmin] as const,
  responses: answers,
});

const changeRoute = createRoute({
  method: 'put',
  path: '/admin/settings/platform',
  summary: 'Change platform settings; null goes back to the default',
  middleware: [requireAdmin] as const,
  request: jsonBody(z.object({ settings: PlatformSettingChanges })),
  responses: answers,
});

export function adminSettingsRoutes() {
  const routes = newRouter();

  routes.openapi(readRoute, async (c) =>
    c.json({ platform: await readPlatformSettings(accountDeps(c)) }, 200),
  );

  routes.openapi(changeRoute, async (c) => {
    await changePlatformSettings(c.req.valid('json').settings, accountDeps(c));
    return c.json({ platform: await readPlatformSettings(accountDeps(c)) }, 200);
  });

  return routes;
}
