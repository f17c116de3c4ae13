import { createRoute } from '@hono/zod-openapi';
import { createMiddleware } from 'hono/factory';
import { login } from '#accounts/login.ts';
import { refreshTokens } from '#accounts/refresh-tokens.ts';
import { revokeToken } from '#accounts/revoke-token.ts';
import { accountDeps } from '#http/account-deps.ts';
import type { AppEnv } from '#http/app-env.ts';
import { NOT_SIGNED_IN } from '#http/identity.ts';
import { clientAddress, loginFailure } from '#http/login-answer.ts';
import { jsonAnswer, jsonBody, newRouter } from '#http/new-router.ts';
import {
  authenticatePage,
  clearPageCookies,
  isFromOwnPage,
  pageTokens,
  setPageCookies,
} from '#http/page-session.ts';
import { routeSecurity } from '#http/route-security.ts';
import { Detail, LoginAnswer, LoginBody, LogoutAnswer } from '#protocol/account.ts';
import { User } from '#protocol/user.ts';

/** Two tabs may wake up and refresh with the same cookie; who comes second is no thief. */
const REFRESH_GRACE_MS = 10_000;

const ownPageOnly = createMiddleware<AppEnv>(async (c, next) =>
  isFromOwnPage(c.req.raw)
    ? next()
    : c.json({ detail: 'Only the page of this address may sign in by cookie' }, 403),
);

const notSignedIn = {
  401: jsonAnswer(Detail, 'Not signed in'),
  403: jsonAnswer(Detail, 'From a foreign page'),
};

const loginRoute = createRoute({
  method: 'post',
  path: '/auth/page/login',
  summary: 'Sign in on the page: the tokens go into HttpOnly cookies and not into the body',
  security: routeSecurity.nobody,
  middleware: [ownPageOnly] as const,
  request: jsonBody(LoginBody),
  responses: {
    200: jsonAnswer(LoginAnswer, 'The user, or the error'),
    403: jsonAnswer(Detail, 'From a foreign page'),
  },
});

const refreshRoute = createRoute({
  method: 'post',
  path: '/auth/page/refresh',
  summary: "Renew the page's cookies",
  security: routeSecurity.page,
  middleware: [ownPageOnly] as const,
  responses: { 200: jsonAnswer(User, 'The user'), ...notSignedIn },
});

const logoutRoute = createRoute({
  method: 'post',
  path: '/auth/page/logout',
  summary: "Revoke both of the page's tokens and clear its cookies",
  security: routeSecurity.page,
  middleware: [ownPageOnly] as const,
  responses: {
    200: jsonAnswer(LogoutAnswer, 'Signed out'),
    403: jsonAnswer(Detail, 'From a foreign page'),
  },
});

const meRoute = createRoute({
  method: 'get',
  path: '/auth/page/me',
  summary: 'Who is signed in on the page',
  security: routeSecurity.page,
  middleware: [ownPageOnly] as const,
  responses: { 200: jsonAnswer(User, 'The user'), ...notSignedIn },
});

/** Sign-in for the page on our own origin, whose scripts never see a token. */
export function pageAuthRoutes() {
  const routes = newRouter();

  routes.openapi(loginRoute, async (c) => {
    const result = await login({ ...c.req.valid('json'), address: clientAddress(c) }, accountDeps(c));
    if (!result.ok) return c.json(loginFailure(result.problem), 200);
    const { user, tokens } = result.value;
    setPageCookies(c, tokens);
    return c.json({ success: true, token: null, refresh_token: null, user, error: null }, 200);
  });

  routes.openapi(refreshRoute, async (c) => {
    const { refresh } = pageTokens(c);
    if (refresh === undefined) return c.json(NOT_SIGNED_IN, 401);
    const result = await refreshTokens(refresh, accountDeps(c), { graceMs: REFRESH_GRACE_MS });
    if (!result.ok || result.value.user === null) {
      clearPageCookies(c);
      return c.json(NOT_SIGNED_IN, 401);
    }
    setPageCookies(c, result.value.tokens);
    return c.json(result.value.user, 200);
  });

  routes.openapi(logoutRoute, async (c) => {
    const { session, refresh } = pageTokens(c);
    const tokens = [session, refresh].filter((token) => token !== undefined);
    await Promise.all(tokens.map((token) => revokeToken(token, accountDeps(c))));
    clearPageCookies(c);
    return c.json({ success: true as const, message: 'Logged out successfully' }, 200);
  });

  routes.openapi(meRoute, async (c) => {
    const visitor = await authenticatePage(c);
    if (!visitor.ok) return c.json(NOT_SIGNED_IN, 401);
    const { id, username, role, full_name } = visitor.value;
    return c.json({ id, username, role, full_name }, 200);
  });

  return routes;
}
