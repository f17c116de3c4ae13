import { createRoute, z } from '@hono/zod-openapi';
import {
  listPersonalTokens,
  makePersonalToken,
  MAX_PERSONAL_TOKENS,
  revokePersonalToken,
} from '#accounts/personal-tokens.ts';
import { accountDeps } from '#http/account-deps.ts';
import { requireUser } from '#http/identity.ts';
import { jsonAnswer, jsonBody, newRouter } from '#http/new-router.ts';
import { Detail } from '#protocol/account.ts';
import { MadePersonalToken, NewPersonalToken, PersonalToken } from '#protocol/personal-token.ts';

const refused = { 401: jsonAnswer(Detail, 'No valid token') };

const listRoute = createRoute({
  method: 'get',
  path: '/mcp/tokens',
  summary: 'The personal tokens of the user for /mcp, newest first',
  middleware: [requireUser] as const,
  responses: { 200: jsonAnswer(z.array(PersonalToken), 'The tokens, without what is secret'), ...refused },
});

const makeRoute = createRoute({
  method: 'post',
  path: '/mcp/tokens',
  summary: 'Make a personal token for /mcp; it is shown this once',
  middleware: [requireUser] as const,
  request: jsonBody(NewPersonalToken),
  responses: {
    201: jsonAnswer(MadePersonalToken, 'The token'),
    409: jsonAnswer(Detail, 'The user has as many as one may have'),
    ...refused,
  },
});

const revokeRoute = createRoute({
  method: 'delete',
  path: '/mcp/tokens/{token_id}',
  summary: 'Revoke a personal token; it counts from the next request on',
  middleware: [requireUser] as const,
  request: { params: z.object({ token_id: z.string() }) },
  responses: {
    200: jsonAnswer(z.object({ status: z.literal('revoked') }), 'It opens nothing any more'),
    404: jsonAnswer(Detail, 'No such token of this user'),
    ...refused,
  },
});

/** The long-lived tokens by which other programs come to /mcp in the name of the user. */
export function mcpTokenRoutes() {
  const routes = newRouter();

  routes.openapi(listRoute, async (c) => c.json(await listPersonalTokens(c.var.user, accountDeps(c)), 200));

  routes.openapi(makeRoute, async (c) => {
    const made = await makePersonalToken(c.var.user, c.req.valid('json').name, accountDeps(c));
    if (made.ok) return c.json(made.value, 201);
    return c.json({ detail: `You have ${MAX_PERSONAL_TOKENS} tokens: revoke one that you do not use` }, 409);
  });

  routes.openapi(revokeRoute, async (c) => {
    const revoked = await revokePersonalToken(c.var.user, c.req.valid('param').token_id, accountDeps(c));
    return revoked ? c.json({ status: 'revoked' as const }, 200) : c.json({ detail: 'Token not found' }, 404);
  });

  return routes;
}
