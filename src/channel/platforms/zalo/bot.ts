import { z } from 'zod';
import type { Platform, SendOutcome } from '#channel/platform.ts';
import { formatPlain, PlainRequest } from '../plain-text.ts';
import type { PlatformDeps } from '../platform-deps.ts';
import { isSameSecret } from '#lib/hash.ts';
import { withoutPrefix } from './bot-ids.ts';
import { createZaloBotApi, type BotAnswer } from './bot-api.ts';
import { botStatus, setUpBot } from './bot-set-up.ts';
import { openMedia } from './open-media.ts';
import { parseBotUpdate } from './parse-bot-update.ts';
import type { ZaloSettings } from './zalo-settings.ts';

/** In each of its requests, and in none of an Official Account's. */
export const SECRET_HEADER = 'x-bot-api-secret-token';

const Sent = z.object({ message_id: z.string() });

/** The Zalo Bot Platform: bots of their own, without an Official Account. https://bot.zaloplatforms.com/docs */
export function createZaloBot(token: string, settings: ZaloSettings, deps: PlatformDeps): Platform {
  const api = createZaloBotApi(settings.ZALO_BOT_API_URL, token, deps);
  const secret = settings.ZALO_BOT_SECRET;
  return {
    name: 'zalo',
    limits: { spacingMs: 1000, typingMs: 5000, coalesce: true },
    verify: async ({ headers }) =>
      secret === undefined
        ? settings.PLATFORM_ALLOW_UNSIGNED
        : isSameSecret(headers[SECRET_HEADER] ?? '', secret),
    parse: parseBotUpdate,
    format: (content) => formatPlain(content, { maxText: 2000, hasCaption: () => false }),
    send: async ({ request, file }, to, _openFile, linkFile) => {
      const parsed = PlainRequest.parse(request);
      const address = { chat_id: withoutPrefix(to.chatId) };
      if (parsed.kind === 'text')
        return outcomeOf(await api.call('sendMessage', { ...address, text: parsed.text }));
      // Zalo fetches pictures itself, from where the internet can see them
      const photo = PHOTO.test(file?.mimeType ?? '') ? await linkFile?.() : null;
      if (photo?.startsWith('https:') !== true) return unsupported;
      const outcome = outcomeOf(await api.call('sendPhoto', { ...address, photo }));
      return outcome.kind === 'refused' && !outcome.authentication ? unsupported : outcome;
    },
    showTyping: async (to) => {
      await api.call('sendChatAction', { chat_id: withoutPrefix(to.chatId), action: 'typing' });
    },
    openMedia: (media) => openMedia(media, settings.ZALO_BOT_API_URL, deps),
    setUp: (webhookUrl) => setUpBot(api, settings, webhookUrl),
    status: (webhookUrl) => botStatus(api, webhookUrl),
  };
}

const PHOTO = /^image\/(jpe?g|png)$/i;

const unsupported: SendOutcome = {
  kind: 'unsupported',
  reason: 'Zalo bots send pictures and no other files',
};

const outcomeOf = (answer: BotAnswer): SendOutcome =>
  answer.kind === 'failed'
    ? answer.outcome
    : { kind: 'sent', messageId: Sent.safeParse(answer.result).data?.message_id ?? null };
