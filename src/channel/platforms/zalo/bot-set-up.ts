import { z } from 'zod';
import type { PlatformStatus } from '#channel/platform.ts';
import { fail, succeed, type Result } from '#lib/result.ts';
import type { ZaloBotApi } from './bot-api.ts';
import type { ZaloSettings } from './zalo-settings.ts';

const Me = z.object({ account_name: z.string() });
const WebhookInfo = z.object({ url: z.string() });

/** Registers the webhook of a bot, and sees that Zalo has it. */
export async function setUpBot(
  api: ZaloBotApi,
  settings: ZaloSettings,
  webhookUrl: string,
): Promise<Result<readonly string[], string>> {
  const secret = settings.ZALO_BOT_SECRET;
  if (secret === undefined || secret.length < 8 || secret.length > 256) {
    return fail(
      'Set ZALO_BOT_SECRET to a random word of 8 to 256 characters first, for example from: openssl rand -hex 32',
    );
  }
  const me = await ask(api, 'getMe', Me);
  if (me === null) {
    return fail(
      'Zalo does not take ZALO_BOT_TOKEN. The bot’s manager in Zalo, "Zalo Bot Manager", tells it.',
    );
  }
  await api.call('setWebhook', { url: webhookUrl, secret_token: secret });
  const info = await ask(api, 'getWebhookInfo', WebhookInfo);
  if (info?.url !== webhookUrl) {
    return fail(
      `Zalo did not take the webhook ${webhookUrl}. It has to be an https address that the internet can reach.`,
    );
  }
  return succeed([`The bot is ${me.account_name}.`, `Its messages go to ${webhookUrl}.`]);
}

export async function botStatus(api: ZaloBotApi, webhookUrl: string): Promise<PlatformStatus> {
  const [me, info] = await Promise.all([ask(api, 'getMe', Me), ask(api, 'getWebhookInfo', WebhookInfo)]);
  return {
    tokenValid: me !== null,
    account: me?.account_name ?? null,
    webhookUrl: info === null || info.url === '' ? null : info.url,
    webhookOk: info?.url === webhookUrl,
    lastError: me === null ? 'Zalo does not answer, or does not take ZALO_BOT_TOKEN.' : null,
    tokenExpiresAt: null,
  };
}

async function ask<Shape>(api: ZaloBotApi, method: string, schema: z.ZodType<Shape>): Promise<Shape | null> {
  const answer = await api.call(method, {});
  return answer.kind === 'done' ? (schema.safeParse(answer.result).data ?? null) : null;
}
