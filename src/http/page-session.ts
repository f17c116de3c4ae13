import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { authenticate, type Authenticated } from '#accounts/authenticate.ts';
import type { TokenPair } from '#accounts/issue-tokens.ts';
import type { TokenProblem } from '#accounts/verify-claims.ts';
import { accountDeps } from '#http/account-deps.ts';
import type { AppEnv } from '#http/app-env.ts';
import { fail, type Result } from '#lib/result.ts';

const SESSION = 'edgewise_session';
const REFRESH = 'edgewise_refresh';
const REFRESH_PATH = '/api/v1/auth/page';

export type PageProblem =
  | TokenProblem
  | { readonly reason: 'no_cookie' }
  | { readonly reason: 'foreign_page' };

/**
 * Who the page's own cookie speaks for. Contract: a cookie counts only on requests from the page itself, so that
 * another site cannot act, read or open a socket in the name of whoever visits it.
 */
export async function authenticatePage(c: Context<AppEnv>): Promise<Result<Authenticated, PageProblem>> {
  const token = getCookie(c, SESSION);
  if (token === undefined) return fail({ reason: 'no_cookie' });
  if (!isFromOwnPage(c.req.raw)) return fail({ reason: 'foreign_page' });
  return authenticate(token, accountDeps(c));
}

/**
 * Browsers send `Origin` with everything but plain GETs, and `Sec-Fetch-Site` on secure origins. `none` is a person
 * who typed the address or followed a bookmark.
 */
export function isFromOwnPage(request: Request): boolean {
  const origin = request.headers.get('origin');
  if (origin !== null) return origin === new URL(request.url).origin;
  const onlyReads =
    (request.method === 'GET' || request.method === 'HEAD') && request.headers.get('upgrade') === null;
  const site = request.headers.get('sec-fetch-site');
  if (site === null) return onlyReads;
  return site === 'same-origin' || (site === 'none' && onlyReads);
}

export function setPageCookies(c: Context<AppEnv>, tokens: TokenPair): void {
  const options = cookieOptions(c);
  setCookie(c, SESSION, tokens.access, { ...options, path: '/', maxAge: tokens.accessSeconds });
  setCookie(c, REFRESH, tokens.refresh, { ...options, path: REFRESH_PATH, maxAge: tokens.refreshSeconds });
}

export function clearPageCookies(c: Context<AppEnv>): void {
  deleteCookie(c, SESSION, { ...cookieOptions(c), path: '/' });
  deleteCookie(c, REFRESH, { ...cookieOptions(c), path: REFRESH_PATH });
}

export const pageTokens = (c: Context<AppEnv>) => ({
  session: getCookie(c, SESSION),
  refresh: getCookie(c, REFRESH),
});

function cookieOptions(c: Context<AppEnv>) {
  const { protocol, hostname } = new URL(c.req.url);
  // Not every browser keeps a secure cookie from plain http on its own machine
  const local = protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  return { httpOnly: true, sameSite: 'Strict', secure: !local } as const;
}
