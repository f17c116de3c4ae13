import type { PlatformName } from '#protocol/platform.ts';

interface Variable {
  readonly name: string;
  /** Where its value comes from. */
  readonly source: string;
  /** It works without, or another set of variables takes its place. */
  readonly isOptional?: true;
}

const random = 'a long random word of your own: openssl rand -hex 32';

/** What a deployer sets for each messenger. The pages in `docs/` say more of each. */
export const platformVariables: Readonly<Record<PlatformName, readonly Variable[]>> = {
  telegram: [
    { name: 'TELEGRAM_BOT_TOKEN', source: 'what @BotFather answers to /newbot' },
    { name: 'TELEGRAM_WEBHOOK_SECRET', source: random },
    { name: 'TELEGRAM_BOT_USERNAME', source: 'the name of the bot, for groups', isOptional: true },
  ],
  whatsapp: [
    { name: 'WHATSAPP_ACCESS_TOKEN', source: 'a system user’s token without end, in Business settings' },
    { name: 'WHATSAPP_PHONE_NUMBER_ID', source: 'the app, WhatsApp > API Setup' },
    { name: 'WHATSAPP_APP_SECRET', source: 'the app, App settings > Basic' },
    { name: 'WHATSAPP_VERIFY_TOKEN', source: random },
    {
      name: 'WHATSAPP_BUSINESS_ACCOUNT_ID',
      source: 'the same page; the set-up then subscribes the app',
      isOptional: true,
    },
  ],
  zalo: [
    { name: 'ZALO_APP_ID', source: 'the app at https://developers.zalo.me/apps' },
    { name: 'ZALO_APP_SECRET', source: 'the same page' },
    { name: 'ZALO_OA_SECRET_KEY', source: 'the app, Official Account > Webhook' },
    { name: 'ZALO_VERIFICATION', source: 'the app, Domain verification', isOptional: true },
    {
      name: 'ZALO_BOT_TOKEN',
      source: 'from Zalo Bot Manager: a bot needs this and the next, and none of the others',
      isOptional: true,
    },
    { name: 'ZALO_BOT_SECRET', source: `with the bot: ${random}`, isOptional: true },
  ],
  imessage: [
    { name: 'BLUEBUBBLES_SERVER_URL', source: 'the address that the BlueBubbles app shows' },
    { name: 'BLUEBUBBLES_PASSWORD', source: 'the one you chose in the BlueBubbles app' },
    { name: 'BLUEBUBBLES_WEBHOOK_SECRET', source: random },
  ],
};
