import type { Platform } from '#channel/platform.ts';
import { isSameSecret } from '#lib/hash.ts';
import type { PlatformDeps } from '../platform-deps.ts';
import { createBotApi, type TelegramSettings } from './bot-api.ts';
import { messageEntities } from './entities.ts';
import { format, layOut, textParts, wantsRich } from './format.ts';
import { openMedia } from './open-media.ts';
import { callbackQueryId, parseUpdate } from './parse.ts';
import { edit, send, target } from './send.ts';
import { setUp, status } from './set-up.ts';

/** Telegram's Bot API: https://core.telegram.org/bots/api. Null without a token. */
export function createTelegram(settings: TelegramSettings, deps: PlatformDeps): Platform | null {
  const { TELEGRAM_BOT_TOKEN: token, TELEGRAM_WEBHOOK_SECRET: secret } = settings;
  if (token === undefined) return null;
  const api = createBotApi(token, settings.TELEGRAM_API_URL, deps);
  const bot = { id: token.split(':')[0] ?? '', userName: settings.TELEGRAM_BOT_USERNAME ?? null };
  const options = { rich: settings.TELEGRAM_RICH_MESSAGES };
  return {
    name: 'telegram',
    limits: {
      spacingMs: 1000,
      typingMs: 5000,
      coalesce: false,
      // https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
      groupEdits: { everyMs: 3000, perMinute: 20 },
    },
    verify: async ({ headers }) =>
      secret === undefined
        ? settings.PLATFORM_ALLOW_UNSIGNED
        : isSameSecret(headers['x-telegram-bot-api-secret-token'] ?? '', secret),
    parse: (payload) => parseUpdate(payload, bot, deps.clock.now()),
    format: (content) => format(content, options),
    send: (piece, to, openFile) => send(api, piece, to, openFile),
    edit: (messageId, piece, to) => edit(api, messageId, piece, to),
    showTyping: async (to) => {
      await api.call('sendChatAction', { ...target(to), action: 'typing' });
    },
    showDraft: async (to, draftId, markdown) => {
      // Groups, whose ids are negative, have no drafts
      if (to.chatId.startsWith('-')) return false;
      const draft = { ...target(to), chat_id: Number(to.chatId), draft_id: draftId, can_stop: true };
      if (options.rich && wantsRich(markdown)) {
        const shown = await api.call('sendRichMessageDraft', { ...draft, rich_message: { markdown } });
        if (shown.kind !== 'rejected') return shown.kind === 'done';
      }
      const part = textParts(layOut(markdown)).at(-1);
      if (part === undefined) return false;
      const shown = await api.call('sendMessageDraft', {
        ...draft,
        text: part.text,
        entities: messageEntities(part),
      });
      return shown.kind === 'done';
    },
    acknowledgeChoice: async (key) => {
      const id = callbackQueryId(key);
      if (id !== null) await api.call('answerCallbackQuery', { callback_query_id: id });
    },
    openMedia: (media) => openMedia(api, media),
    setUp: (webhookUrl) => setUp(api, settings, webhookUrl),
    status: (webhookUrl) => status(api, webhookUrl),
  };
}
