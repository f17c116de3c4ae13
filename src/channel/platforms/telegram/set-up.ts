import { z } from 'zod';
import type { PlatformStatus } from '#channel/platform.ts';
import { fail, succeed, type Result } from '#lib/result.ts';
import type { BotApi, TelegramSettings } from './bot-api.ts';

const Me = z.object({ username: z.string(), can_read_all_group_messages: z.boolean().optional() });
const WebhookInfo = z.object({
  url: z.string(),
  pending_update_count: z.number().catch(0),
  last_error_date: z.number().optional(),
  last_error_message: z.string().optional(),
});

/** Only what `parseUpdate` reads. */
const UPDATES = ['message', 'edited_message', 'callback_query', 'stopped_message_generation'];

const COMMANDS = [
  { command: 'new', description: 'Start a new conversation' },
  { command: 'stop', description: 'Stop what is being done' },
  { command: 'status', description: 'Show what is being done' },
  { command: 'verbosity', description: 'Choose how much of the work you see' },
  { command: 'link', description: 'Connect this chat with your account' },
  { command: 'help', description: 'Show what you can say' },
];

/** Registers the webhook and the commands, and sees that Telegram has them. */
export async function setUp(
  api: BotApi,
  settings: TelegramSettings,
  webhookUrl: string,
): Promise<Result<readonly string[], string>> {
  const secret = settings.TELEGRAM_WEBHOOK_SECRET;
  if (secret !== undefined && !/^[\w-]{1,256}$/.test(secret)) {
    return fail(
      'TELEGRAM_WEBHOOK_SECRET may have letters, digits, - and _ only, at most 256. Choose another.',
    );
  }
  if (secret === undefined && !settings.PLATFORM_ALLOW_UNSIGNED) {
    return fail(
      'Set TELEGRAM_WEBHOOK_SECRET to a long random word first, for example from: openssl rand -hex 32',
    );
  }
  const me = await ask(api, 'getMe', Me);
  if (me === null)
    return fail('Telegram does not take TELEGRAM_BOT_TOKEN. Get the right one from @BotFather.');
  const registered = await api.call('setWebhook', {
    url: webhookUrl,
    allowed_updates: UPDATES,
    ...(secret === undefined ? {} : { secret_token: secret }),
  });
  if (registered.kind !== 'done') {
    return fail(
      `Telegram did not take the webhook ${webhookUrl}. It has to be an https address that the internet can reach, on port 443, 80, 88 or 8443.`,
    );
  }
  const commands = await api.call('setMyCommands', { commands: COMMANDS });
  const info = await ask(api, 'getWebhookInfo', WebhookInfo);
  if (info?.url !== webhookUrl) return fail('Telegram has not kept the webhook. Try again in a minute.');
  const name = settings.TELEGRAM_BOT_USERNAME?.replace(/^@/, '');
  return succeed([
    `@${me.username} is reached at https://t.me/${me.username}.`,
    `Its messages go to ${webhookUrl}.`,
    ...(commands.kind === 'done' ? [] : ['The list of commands could not be set. Run this again later.']),
    ...(name?.toLowerCase() === me.username.toLowerCase()
      ? []
      : [`For groups, set TELEGRAM_BOT_USERNAME=${me.username}.`]),
  ]);
}

export async function status(api: BotApi, webhookUrl: string): Promise<PlatformStatus> {
  const [me, info] = await Promise.all([ask(api, 'getMe', Me), ask(api, 'getWebhookInfo', WebhookInfo)]);
  return {
    tokenValid: me !== null,
    account: me === null ? null : `@${me.username}`,
    webhookUrl: info?.url === '' ? null : (info?.url ?? null),
    webhookOk: info?.url === webhookUrl,
    lastError: info === null ? null : lastError(info),
    tokenExpiresAt: null,
  };
}

async function ask<Shape>(api: BotApi, method: string, schema: z.ZodType<Shape>): Promise<Shape | null> {
  const answer = await api.call(method, {});
  const parsed = schema.safeParse(answer.kind === 'done' ? answer.result : null);
  return parsed.success ? parsed.data : null;
}

function lastError({
  last_error_date,
  last_error_message,
  pending_update_count,
}: z.infer<typeof WebhookInfo>) {
  if (last_error_date === undefined) return null;
  const when = new Date(last_error_date * 1000).toISOString();
  return `${when}: ${why(last_error_message ?? '')}; ${pending_update_count} messages wait at Telegram.`;
}

function why(problem: string): string {
  const status = /response from the webhook: (\d{3})/i.exec(problem)?.[1];
  if (status === '403') return 'the webhook refused the secret; run the set-up again';
  if (status !== undefined) return `the webhook answered with status ${status}`;
  if (/ssl|certificate/i.test(problem)) return 'the certificate of the webhook was not accepted';
  if (/resolve|hostname/i.test(problem)) return 'the name of the webhook’s host was not found';
  if (/refused|timed? ?out|unreachable/i.test(problem)) return 'the webhook could not be reached';
  return 'a message could not be delivered to the webhook';
}
