import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '#http/app-env.ts';
import { Settings } from '#protocol/settings.ts';

/** Reads the settings once per request; until a token says otherwise, nobody is asking. */
export const requestContext = createMiddleware<AppEnv>(async (c, next) => {
  c.set('settings', Settings.parse(c.env));
  c.set('user', null);
  return next();
});
