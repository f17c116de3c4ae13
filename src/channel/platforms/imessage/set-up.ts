import { z } from 'zod';
import type { PlatformStatus } from '#channel/platform.ts';
import { fail, succeed, type Result } from '#lib/result.ts';
import type { BlueBubbles, ImessageSettings } from './blue-bubbles.ts';

/** Only what `parseWebhook` reads. */
const EVENTS = ['new-message', 'updated-message'];

const Webhooks = z.object({
  data: z.array(z.object({ id: z.union([z.number(), z.string()]), url: z.string() })),
});
type RegisteredWebhook = z.infer<typeof Webhooks>['data'][number];

/** Registers the webhook once, with the secret in its address, in place of earlier ones of ours. */
export async function setUp(
  api: BlueBubbles,
  settings: ImessageSettings,
  webhookUrl: string,
): Promise<Result<readonly string[], string>> {
  const secret = settings.BLUEBUBBLES_WEBHOOK_SECRET;
  if (secret === undefined && !settings.PLATFORM_ALLOW_UNSIGNED) {
    return fail(
      'Set BLUEBUBBLES_WEBHOOK_SECRET to a long random word first, for example from: openssl rand -hex 32',
    );
  }
  const info = await api.info();
  if (info === null) {
    return fail(
      'The BlueBubbles server does not answer at BLUEBUBBLES_SERVER_URL, or does not take BLUEBUBBLES_PASSWORD. Is the Mac on, and the app’s tunnel connected?',
    );
  }
  const before = await ownWebhooks(api, webhookUrl);
  if (before === null)
    return fail('The BlueBubbles server did not list its webhooks. Try again in a minute.');
  const url = secret === undefined ? webhookUrl : `${webhookUrl}?secret=${encodeURIComponent(secret)}`;
  for (const { id } of before) await api.remove(`webhook/${encodeURIComponent(id)}`);
  await api.post('webhook', { url, events: EVENTS });
  const after = await ownWebhooks(api, webhookUrl);
  if (after?.length !== 1 || after[0]?.url !== url) {
    return fail(
      'The BlueBubbles server has not kept the webhook. Look at its page "API & Webhooks", remove what leads here, and run this again.',
    );
  }
  const hasPrivateApi = info.private_api === true && info.helper_connected !== false;
  return succeed([
    `BlueBubbles ${info.server_version} answers${info.detected_imessage ? ` for ${info.detected_imessage}` : ''}.`,
    `Its messages go to ${webhookUrl}.`,
    hasPrivateApi
      ? 'The private API is there: typing signs and read marks are shown.'
      : 'Without the private API there are no typing signs and no read marks; messages are sent by AppleScript.',
  ]);
}

export async function status(api: BlueBubbles, webhookUrl: string): Promise<PlatformStatus> {
  const [info, webhooks] = await Promise.all([api.info(), ownWebhooks(api, webhookUrl)]);
  const isRegistered = webhooks !== null && webhooks.length > 0;
  const isTwice = webhooks !== null && webhooks.length > 1;
  return {
    tokenValid: info !== null,
    account: info === null ? null : (info.detected_imessage ?? `BlueBubbles ${info.server_version}`),
    // Without the query: the secret is in it
    webhookUrl: isRegistered ? webhookUrl : null,
    webhookOk: isRegistered && !isTwice,
    lastError:
      info === null
        ? 'The BlueBubbles server does not answer, or does not take BLUEBUBBLES_PASSWORD.'
        : isTwice
          ? 'The webhook is registered more than once; run the set-up again.'
          : null,
    tokenExpiresAt: null,
  };
}

/** Those that lead here, with whatever secret. Null: the server did not say. */
async function ownWebhooks(api: BlueBubbles, webhookUrl: string): Promise<RegisteredWebhook[] | null> {
  const answer = await api.get('webhook');
  const parsed = Webhooks.safeParse(answer.kind === 'answer' ? answer.body : null);
  return parsed.success
    ? parsed.data.data.filter(({ url }) => url === webhookUrl || url.startsWith(`${webhookUrl}?`))
    : null;
}
