import { expect, test } from 'vitest';
import { configuredPlatforms } from '#channel/create-platform.ts';
import { consoleLog } from '#lib/log.ts';
import { Settings } from '#protocol/settings.ts';

const telegram = { TELEGRAM_BOT_TOKEN: '1:a', TELEGRAM_WEBHOOK_SECRET: 's' };
const whatsapp = {
  WHATSAPP_PHONE_NUMBER_ID: '1',
  WHATSAPP_ACCESS_TOKEN: 't',
  WHATSAPP_VERIFY_TOKEN: 'v',
  WHATSAPP_APP_SECRET: 's',
};

test.each([
  { env: {}, names: [] },
  { env: telegram, names: ['telegram'] },
  { env: { ...telegram, ...whatsapp }, names: ['telegram', 'whatsapp'] },
])('set up are $names', ({ env, names }) => {
  const deps = { fetch, clock: { now: () => 0 }, log: consoleLog };
  expect(configuredPlatforms(Settings.parse(env), deps).map(({ name }) => name)).toEqual(names);
});
