import type { Settings } from '#protocol/settings.ts';

export type ZaloSettings = Pick<
  Settings,
  | 'ZALO_OA_ACCESS_TOKEN'
  | 'ZALO_APP_ID'
  | 'ZALO_APP_SECRET'
  | 'ZALO_OA_SECRET_KEY'
  | 'ZALO_REFRESH_TOKEN'
  | 'ZALO_BOT_TOKEN'
  | 'ZALO_BOT_SECRET'
  | 'ZALO_API_URL'
  | 'ZALO_OAUTH_URL'
  | 'ZALO_BOT_API_URL'
  | 'BACKEND_PUBLIC_URL'
  | 'PLATFORM_ALLOW_UNSIGNED'
  | 'PLATFORM_BOT_NAME'
>;

/** Whether an Official Account is meant: by a token, or by the app through which it will give one. */
export const hasOfficialAccount = (settings: ZaloSettings): boolean =>
  settings.ZALO_OA_ACCESS_TOKEN !== undefined ||
  (settings.ZALO_APP_ID !== undefined && settings.ZALO_APP_SECRET !== undefined);

/** Where Zalo sends the administrator back to; it has to be registered at the app. */
export const OAUTH_CALLBACK_PATH = '/api/v1/platforms/zalo/oauth/callback';

export const oauthCallbackUrl = ({ BACKEND_PUBLIC_URL }: ZaloSettings): string =>
  `${BACKEND_PUBLIC_URL.replace(/\/+$/, '')}${OAUTH_CALLBACK_PATH}`;
