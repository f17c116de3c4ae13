import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '#http/app-env.ts';
import type { User } from '#protocol/user.ts';

/** Behind these two, `c.var.user` is a user and no longer null. */
interface IdentifiedEnv {
  Bindings: Env;
  Variables: AppEnv['Variables'] & { user: User };
}

export const NOT_SIGNED_IN = { detail: 'User authentication required. Please login first.' };

/** Lets only verified users pass. Name it in the route's `middleware`, so that the handler's types know. */
export const requireUser = createMiddleware<IdentifiedEnv>(async (c, next) => {
  const user: User | null = c.var.user;
  if (user === null) return c.json(NOT_SIGNED_IN, 401);
  return next();
});

/** Lets only administrators pass; the role was read from the users table for this very request. */
export const requireAdmin = createMiddleware<IdentifiedEnv>(async (c, next) => {
  const user: User | null = c.var.user;
  if (user === null) return c.json(NOT_SIGNED_IN, 401);
  if (user.role !== 'admin') return c.json({ detail: 'Admin access required' }, 403);
  return next();
});
