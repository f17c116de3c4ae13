import { createRoute, z } from '@hono/zod-openapi';
import { changeAccount, createAccount, listAccounts } from '#accounts/manage-accounts.ts';
import { accountDeps } from '#http/account-deps.ts';
import { requireAdmin } from '#http/identity.ts';
import { jsonAnswer, jsonBody, newRouter } from '#http/new-router.ts';
import { assertNever } from '#lib/assert-never.ts';
import { Account, AccountChanges, Detail, NewAccount } from '#protocol/account.ts';

const refused = {
  401: jsonAnswer(Detail, 'No valid token'),
  403: jsonAnswer(Detail, 'Not an administrator'),
};

const listRoute = createRoute({
  method: 'get',
  path: '/admin/users',
  summary: 'All users, by name',
  middleware: [requireAdmin] as const,
  responses: { 200: jsonAnswer(z.array(Account), 'The users'), ...refused },
});

const createUserRoute = createRoute({
  method: 'post',
  path: '/admin/users',
  summary: 'Create a user',
  middleware: [requireAdmin] as const,
  request: jsonBody(NewAccount),
  responses: {
    200: jsonAnswer(Account, 'The new user'),
    409: jsonAnswer(Detail, 'The name is taken'),
    ...refused,
  },
});

const changeRoute = createRoute({
  method: 'put',
  path: '/admin/users/{user_id}',
  summary: 'Change a user; it counts from their next request on',
  middleware: [requireAdmin] as const,
  request: { params: z.object({ user_id: z.string() }), ...jsonBody(AccountChanges) },
  responses: {
    200: jsonAnswer(z.object({ status: z.literal('updated') }), 'Changed'),
    400: jsonAnswer(Detail, 'Nothing to change, or the own account would be lost'),
    404: jsonAnswer(Detail, 'No such user'),
    ...refused,
  },
});

export function adminUserRoutes() {
  const routes = newRouter();

  routes.openapi(listRoute, async (c) => c.json(await listAccounts(accountDeps(c)), 200));

  routes.openapi(createUserRoute, async (c) => {
    const result = await createAccount(c.req.valid('json'), accountDeps(c));
    return result.ok ? c.json(result.value, 200) : c.json({ detail: 'Username already exists' }, 409);
  });

  routes.openapi(changeRoute, async (c) => {
    const request = { changes: c.req.valid('json'), self: c.var.user.id };
    const result = await changeAccount(c.req.valid('param').user_id, request, accountDeps(c));
    if (result.ok) return c.json({ status: 'updated' as const }, 200);
    switch (result.problem) {
      case 'no_changes':
        return c.json({ detail: 'No fields to update' }, 400);
      case 'own_account':
        return c.json({ detail: 'You cannot disable or demote your own account' }, 400);
      case 'unknown_user':
        return c.json({ detail: 'User not found' }, 404);
      default:
        return assertNever(result.problem);
    }
  });

  return routes;
}
