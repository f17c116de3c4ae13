import { z } from 'zod';
import type { PlatformStatus } from '#channel/platform.ts';
import { fail, succeed, type Result } from '#lib/result.ts';
import type { OaApi } from './oa-api.ts';
import type { TokenKeeper, TokenState } from './token-keeper.ts';
import { oauthCallbackUrl, type ZaloSettings } from './zalo-settings.ts';

const Account = z.object({ name: z.string() });

/** Checks the token and says what is left to click: Zalo has no API for the webhook of an Official Account. */
export async function setUp(
  { api, tokens }: { readonly api: OaApi; readonly tokens: TokenKeeper },
  settings: ZaloSettings,
  webhookUrl: string,
): Promise<Result<readonly string[], string>> {
  const missing = missingSettings(settings);
  if (missing.length > 0) {
    return fail(
      `Set ${missing.join(' and ')} first. They are at https://developers.zalo.me/apps, your app, under Settings and under Official Account > Webhook.`,
    );
  }
  const account = await readAccount(api);
  const { canRenew } = await tokens.state();
  const link = account !== null && canRenew ? null : await tokens.begin();
  if (account === null) {
    if (link === null) return fail('Set API_KEY first: the tokens of Zalo are kept encrypted by it.');
    return succeed([
      'There is no access token that Zalo takes. To give one:',
      `1. At https://developers.zalo.me/apps, your app, Official Account > Settings, set the callback URL to ${oauthCallbackUrl(settings)}`,
      `2. Within an hour, open this link as an administrator of the Official Account, and agree: ${link}`,
      '3. Run the set-up again.',
    ]);
  }
  return succeed([
    `The Official Account is ${account}.`,
    link === null
      ? 'Its token is renewed by itself.'
      : `Its token cannot be renewed and ends within 25 hours. Open this link as an administrator of the account, and agree: ${link}`,
    'Now open https://developers.zalo.me/apps, your app, Official Account > Webhook:',
    `1. Webhook URL: ${webhookUrl}`,
    '2. Switch on the events user_send_text, user_send_image, user_send_gif, user_send_link, user_send_audio, user_send_video, user_send_sticker, user_send_location, user_send_business_card and user_send_file.',
    '3. ZALO_OA_SECRET_KEY is the "OA Secret Key" that this page shows.',
  ]);
}

export async function status(
  { api, tokens }: { readonly api: OaApi; readonly tokens: TokenKeeper },
  settings: ZaloSettings,
): Promise<PlatformStatus> {
  const account = await readAccount(api);
  const state = await tokens.state();
  return {
    tokenValid: account !== null,
    account,
    // Zalo tells nobody where its webhook leads; without the key nothing of it is taken
    webhookUrl: null,
    webhookOk: settings.ZALO_OA_SECRET_KEY !== undefined,
    lastError: problemOf(state, account),
    tokenExpiresAt: state.expiresAt === null ? null : new Date(state.expiresAt).toISOString(),
  };
}

const missingSettings = (settings: ZaloSettings): string[] => [
  ...(settings.ZALO_APP_ID === undefined ? ['ZALO_APP_ID'] : []),
  ...(settings.ZALO_APP_SECRET === undefined ? ['ZALO_APP_SECRET'] : []),
  ...(settings.ZALO_OA_SECRET_KEY === undefined && !settings.PLATFORM_ALLOW_UNSIGNED
    ? ['ZALO_OA_SECRET_KEY']
    : []),
];

async function readAccount(api: OaApi): Promise<string | null> {
  const answer = await api.call('v2.0/oa/getoa');
  return answer.kind === 'done' ? (Account.safeParse(answer.data).data?.name ?? null) : null;
}

function problemOf({ problem, canRenew }: TokenState, account: string | null): string | null {
  switch (problem) {
    case 'missing':
      return 'There is no access token. Run the set-up to give one.';
    case 'refused':
      return 'Zalo does not renew the access token. Run the set-up to give a new one.';
    case 'unreachable':
      return 'Zalo did not answer when the access token was to be renewed. That is tried again.';
    case null:
      if (account === null) return 'Zalo does not answer, or does not take the access token.';
      return canRenew ? null : 'The access token cannot be renewed and ends within 25 hours. Run the set-up.';
  }
}
