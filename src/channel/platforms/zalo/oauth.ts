import { z } from 'zod';
import { sha256, toBase64Url } from '#lib/hash.ts';
import { callApi } from '../call-api.ts';
import type { PlatformDeps } from '../platform-deps.ts';
import { oauthCallbackUrl, type ZaloSettings } from './zalo-settings.ts';

export interface NewTokens {
  readonly access: string;
  readonly refresh: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

export type Grant =
  | { readonly kind: 'granted'; readonly tokens: NewTokens }
  /** Zalo said no, and will say so again. */
  | { readonly kind: 'refused'; readonly code: number | null }
  /** No answer: the refresh token may be spent all the same. */
  | { readonly kind: 'unreachable' };

/** Numbers come as texts, too. */
const Granted = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1),
  expires_in: z.coerce.number().positive(),
});
const Refused = z.object({ error: z.coerce.number() });

/** https://developers.zalo.me/docs/official-account/bat-dau/xac-thuc-va-uy-quyen-cho-ung-dung-new */
export const permissionUrl = (
  settings: ZaloSettings,
  { state, challenge }: { readonly state: string; readonly challenge: string },
): string =>
  `${settings.ZALO_OAUTH_URL}/v4/oa/permission?${new URLSearchParams({
    app_id: settings.ZALO_APP_ID ?? '',
    redirect_uri: oauthCallbackUrl(settings),
    code_challenge: challenge,
    state,
  }).toString()}`;

export const refreshTokens = (settings: ZaloSettings, deps: PlatformDeps, refresh: string): Promise<Grant> =>
  ask(settings, deps, { grant_type: 'refresh_token', refresh_token: refresh });

export const exchangeCode = (
  settings: ZaloSettings,
  deps: PlatformDeps,
  { code, verifier }: { readonly code: string; readonly verifier: string },
): Promise<Grant> => ask(settings, deps, { grant_type: 'authorization_code', code, code_verifier: verifier });

async function ask(
  settings: ZaloSettings,
  deps: PlatformDeps,
  fields: Readonly<Record<string, string>>,
): Promise<Grant> {
  const answer = await callApi(deps, `${settings.ZALO_OAUTH_URL}/v4/oa/access_token`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      secret_key: settings.ZALO_APP_SECRET ?? '',
    },
    body: new URLSearchParams({ app_id: settings.ZALO_APP_ID ?? '', ...fields }).toString(),
  });
  if (answer.kind === 'lost') return { kind: 'unreachable' };
  const granted = Granted.safeParse(answer.body);
  if (granted.success) {
    const { access_token: access, refresh_token: refresh, expires_in: seconds } = granted.data;
    return { kind: 'granted', tokens: { access, refresh, expiresAt: deps.clock.now() + seconds * 1000 } };
  }
  const refused = Refused.safeParse(answer.body);
  if (refused.success) return { kind: 'refused', code: refused.data.error };
  return answer.status >= 400 && answer.status < 500 && answer.status !== 429
    ? { kind: 'refused', code: null }
    : { kind: 'unreachable' };
}

/** A secret of this sign-in alone, and what Zalo may see of it: PKCE, RFC 7636 with S256. */
export async function newChallenge(): Promise<{ verifier: string; challenge: string }> {
  const verifier = toBase64Url(crypto.getRandomValues(new Uint8Array(32)));
  return { verifier, challenge: toBase64Url(await sha256(verifier)) };
}
