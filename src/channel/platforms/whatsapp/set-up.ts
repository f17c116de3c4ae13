import { z } from 'zod';
import type { PlatformStatus } from '#channel/platform.ts';
import { fail, succeed, type Result } from '#lib/result.ts';
import type { Graph, WhatsappSettings } from './graph.ts';

const PhoneNumber = z.object({
  display_phone_number: z.string(),
  verified_name: z.string().optional(),
  webhook_configuration: z
    .object({
      phone_number: z.string().optional(),
      whatsapp_business_account: z.string().optional(),
      application: z.string().optional(),
    })
    .optional()
    .catch(undefined),
});
type PhoneNumber = z.infer<typeof PhoneNumber>;

/** Checks the token and the number, subscribes the app, and says what is left to click: Meta has no API for that. */
export async function setUp(
  graph: Graph,
  settings: WhatsappSettings,
  webhookUrl: string,
): Promise<Result<readonly string[], string>> {
  const missing = missingSetting(settings);
  if (missing !== null) return fail(missing);
  const number = await readNumber(graph);
  if (number === null) {
    return fail(
      'WhatsApp does not take WHATSAPP_ACCESS_TOKEN for WHATSAPP_PHONE_NUMBER_ID. The token is a system user’s, from Business settings; that of the page API Setup ends after a day. The id is on that page, and is not the phone number.',
    );
  }
  const account = settings.WHATSAPP_BUSINESS_ACCOUNT_ID;
  const isSubscribed = account !== undefined && (await subscribe(graph, account));
  if (account !== undefined && !isSubscribed) {
    return fail(
      'The app could not be subscribed to WHATSAPP_BUSINESS_ACCOUNT_ID. The token needs the permission whatsapp_business_management.',
    );
  }
  return succeed([
    `The number is ${nameOf(number)}.`,
    isSubscribed
      ? 'The app is subscribed to the business account.'
      : 'Set WHATSAPP_BUSINESS_ACCOUNT_ID and run this again to subscribe the app to the business account.',
    ...(webhookOf(number) === webhookUrl
      ? [`Messages go to ${webhookUrl}.`]
      : [
          'Now open https://developers.facebook.com/apps, your app, WhatsApp > Configuration:',
          `1. Callback URL: ${webhookUrl}`,
          '2. Verify token: the value of WHATSAPP_VERIFY_TOKEN. Click "Verify and save".',
          '3. Under "Webhook fields", subscribe to "messages".',
          '4. Switch the app to live mode, so that others than its testers can write to it.',
        ]),
  ]);
}

export async function status(graph: Graph, webhookUrl: string): Promise<PlatformStatus> {
  const number = await readNumber(graph);
  const registered = number === null ? null : webhookOf(number);
  return {
    tokenValid: number !== null,
    account: number === null ? null : nameOf(number),
    webhookUrl: registered,
    webhookOk: registered === webhookUrl,
    lastError: null,
    tokenExpiresAt: null,
  };
}

function missingSetting(settings: WhatsappSettings): string | null {
  if (settings.WHATSAPP_VERIFY_TOKEN === undefined) {
    return 'Set WHATSAPP_VERIFY_TOKEN to any long random word first; you will enter it at Meta too.';
  }
  if (settings.WHATSAPP_APP_SECRET === undefined && !settings.PLATFORM_ALLOW_UNSIGNED) {
    return 'Set WHATSAPP_APP_SECRET first. It is in the app’s dashboard under App settings > Basic.';
  }
  return null;
}

async function readNumber(graph: Graph): Promise<PhoneNumber | null> {
  const fields = 'display_phone_number,verified_name,webhook_configuration';
  const answer = await graph.get(`${encodeURIComponent(graph.phoneNumberId)}?fields=${fields}`);
  const isGood = answer.kind === 'answer' && answer.status === 200;
  return isGood ? (PhoneNumber.safeParse(answer.body).data ?? null) : null;
}

async function subscribe(graph: Graph, account: string): Promise<boolean> {
  const answer = await graph.post(`${encodeURIComponent(account)}/subscribed_apps`, {});
  return answer.kind === 'answer' && answer.status === 200;
}

const nameOf = ({ display_phone_number: number, verified_name: name }: PhoneNumber): string =>
  name === undefined ? number : `${number} (${name})`;

/** The narrowest one counts. */
const webhookOf = ({ webhook_configuration: at }: PhoneNumber): string | null =>
  at?.phone_number ?? at?.whatsapp_business_account ?? at?.application ?? null;
