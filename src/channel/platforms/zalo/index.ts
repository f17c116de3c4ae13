import type { Platform, PlatformStatus } from '#channel/platform.ts';
import { fail, succeed } from '#lib/result.ts';
import type { PlatformDeps } from '../platform-deps.ts';
import { isBots } from './bot-ids.ts';
import { createZaloBot, SECRET_HEADER } from './bot.ts';
import { createOfficialAccount } from './official-account.ts';
import { hasOfficialAccount, type ZaloSettings } from './zalo-settings.ts';

/**
 * An Official Account, a Zalo bot, or both at the same webhook: each with chats, people and a secret of its own. Null
 * without either.
 */
export function createZalo(settings: ZaloSettings, deps: PlatformDeps): Platform | null {
  const token = settings.ZALO_BOT_TOKEN;
  const bot = token === undefined ? null : createZaloBot(token, settings, deps);
  const account = hasOfficialAccount(settings) ? createOfficialAccount(settings, deps) : null;
  const first = account ?? bot;
  if (first === null) return null;
  return {
    ...first,
    ...(account === null || bot === null ? {} : setUpOfBoth(account, bot)),
    ofRequest: ({ headers }) => (headers[SECRET_HEADER] === undefined ? first : (bot ?? first)),
    ofChat: (chatId) => (isBots(chatId) ? bot : account),
  };
}

function setUpOfBoth(account: Platform, bot: Platform): Pick<Platform, 'setUp' | 'status'> {
  const both = [
    { title: 'Official Account', platform: account },
    { title: 'Bot', platform: bot },
  ];
  return {
    setUp: async (webhookUrl) => {
      const done = await Promise.all(
        both.map(async ({ title, platform }) => ({ title, result: await platform.setUp(webhookUrl) })),
      );
      const lines = done.flatMap(({ title, result }) => [
        `${title}:`,
        ...(result.ok ? result.value : [result.problem]),
      ]);
      return done.every(({ result }) => result.ok) ? succeed(lines) : fail(lines.join('\n'));
    },
    status: async (webhookUrl) =>
      together(
        await Promise.all(
          both.map(async ({ title, platform }) => ({ title, ...(await platform.status(webhookUrl)) })),
        ),
      ),
  };
}

/** As good as the worse of them. */
function together(products: NonNullable<PlatformStatus['products']>): PlatformStatus {
  const known = (values: readonly (string | null)[]): readonly string[] =>
    values.flatMap((value) => (value === null ? [] : [value]));
  const errors = products.map(({ title, lastError }) => lastError && `${title}: ${lastError}`);
  return {
    tokenValid: products.every(({ tokenValid }) => tokenValid),
    account: known(products.map(({ account }) => account)).join(', ') || null,
    webhookUrl: known(products.map(({ webhookUrl }) => webhookUrl))[0] ?? null,
    webhookOk: products.every(({ webhookOk }) => webhookOk),
    lastError: known(errors).join(' ') || null,
    tokenExpiresAt: known(products.map(({ tokenExpiresAt }) => tokenExpiresAt))[0] ?? null,
    products,
  };
}
