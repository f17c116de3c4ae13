import { createRoute } from '@hono/zod-openapi';
import { login } from '#accounts/login.ts';
import { issueKeyTokens, type TokenPair } from '#accounts/issue-tokens.ts';
import { apiKeyUserId } from '#accounts/keys.ts';
import { refreshTokens } from '#accounts/refresh-tokens.ts';
import { revokeToken } from '#accounts/revoke-token.ts';
import { accountDeps } from '#http/account-deps.ts';
import { userToken } from '#http/api-key.ts';
import { clientAddress, loginFailure } from '#http/login-answer.ts';
import { jsonAnswer, jsonBody, newRouter } from '#http/new-router.ts';
import { routeSecurity } from '#http/route-security.ts';
import { isSameSecret } from '#lib/hash.ts';
import {
  ApiKeyBody,
  Detail,
  LoginAnswer,
  LoginBody,
  LogoutAnswer,
  LogoutBody,
  RefreshBody,
  TokenAnswer,
} from '#protocol/account.ts';
import { User } from '#protocol/user.ts';

const NOT_CONFIGURED = { detail: 'JWT authentication not configured' };

const loginRoute = createRoute({
  method: 'post',
  path: '/auth/login',
  summary: 'Sign in with a user name and a password; `success` tells, the status is always 200',
  security: routeSecurity.nobody,
  request: jsonBody(LoginBody),
  responses: { 200: jsonAnswer(LoginAnswer, 'The tokens and the user, or the error') },
});

const logoutRoute = createRoute({
  method: 'post',
  path: '/auth/logout',
  summary: 'Revoke the token this request carries, and the `refresh_token` of the JSON body if there is one',
  responses: { 200: jsonAnswer(LogoutAnswer, 'Both open nothing any more') },
});

const meRoute = createRoute({
  method: 'get',
  path: '/auth/me',
  summary: 'Who the token speaks for',
  responses: { 200: jsonAnswer(User, 'The user'), 401: jsonAnswer(Detail, 'No valid token') },
});

const tokenRoute = createRoute({
  method: 'post',
  path: '/auth/ws-token',
  summary: 'Exchange the API key for tokens',
  security: routeSecurity.nobody,
  request: jsonBody(ApiKeyBody),
  responses: {
    200: jsonAnswer(TokenAnswer, 'The tokens'),
    401: jsonAnswer(Detail, 'Wrong key'),
    501: jsonAnswer(Detail, 'No API key is configured'),
  },
});

const refreshRoute = createRoute({
  method: 'post',
  path: '/auth/ws-token-refresh',
  summary: 'Exchange a refresh token, once, for new tokens',
  security: routeSecurity.nobody,
  request: jsonBody(RefreshBody),
  responses: {
    200: jsonAnswer(TokenAnswer, 'The tokens'),
    401: jsonAnswer(Detail, 'The refresh token opens nothing'),
    501: jsonAnswer(Detail, 'No API key is configured'),
  },
});

/** Sign-in for clients that keep their tokens themselves. */
export function authRoutes() {
  const routes = newRouter();

  routes.openapi(loginRoute, async (c) => {
    const result = await login({ ...c.req.valid('json'), address: clientAddress(c) }, accountDeps(c));
    if (!result.ok) return c.json(loginFailure(result.problem), 200);
    const { user, tokens } = result.value;
    return c.json(
      { success: true, token: tokens.access, refresh_token: tokens.refresh, user, error: null },
      200,
    );
  });

  routes.openapi(logoutRoute, async (c) => {
    // Clients send this without a body, with an empty one, or with JSON: none of them is an error
    const body = LogoutBody.safeParse(await c.req.json().catch(() => null));
    const tokens = [userToken(c), body.data?.refresh_token].filter((token) => token !== undefined);
    await Promise.all(tokens.map((token) => revokeToken(token, accountDeps(c))));
    return c.json({ success: true as const, message: 'Logged out successfully' }, 200);
  });

  routes.openapi(meRoute, (c) =>
    c.var.user === null ? c.json({ detail: 'Not authenticated' }, 401) : c.json(c.var.user, 200),
  );

  routes.openapi(tokenRoute, async (c) => {
    const { API_KEY } = c.var.settings;
    if (API_KEY === undefined) return c.json(NOT_CONFIGURED, 501);
    if (!(await isSameSecret(c.req.valid('json').api_key, API_KEY))) {
      return c.json({ detail: 'Invalid API key' }, 401);
    }
    const subject = await apiKeyUserId(API_KEY);
    const tokens = await issueKeyTokens(subject, accountDeps(c));
    return tokens === null ? c.json(NOT_CONFIGURED, 501) : c.json(tokenAnswer(tokens, subject), 200);
  });

  routes.openapi(refreshRoute, async (c) => {
    const result = await refreshTokens(c.req.valid('json').refresh_token, accountDeps(c));
    if (result.ok) return c.json(tokenAnswer(result.value.tokens, result.value.subject), 200);
    return result.problem.reason === 'not_configured'
      ? c.json(NOT_CONFIGURED, 501)
      : c.json({ detail: 'Invalid or expired refresh token' }, 401);
  });

  return routes;
}

const tokenAnswer = (tokens: TokenPair, subject: string) => ({
  access_token: tokens.access,
  refresh_token: tokens.refresh,
  token_type: 'bearer' as const,
  expires_in: tokens.accessSeconds,
  user_id: subject,
});
