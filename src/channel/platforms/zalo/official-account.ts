import type { Platform } from '#channel/platform.ts';
import { formatPlain, type PlainLimits } from '../plain-text.ts';
import type { PlatformDeps } from '../platform-deps.ts';
import { createOaApi } from './oa-api.ts';
import { openMedia } from './open-media.ts';
import { parseEvent } from './parse-event.ts';
import { send } from './send.ts';
import { setUp, status } from './set-up.ts';
import { fixedToken } from './token-keeper.ts';
import { uploadKind } from './upload-kind.ts';
import { verifyEvent } from './verify.ts';
import type { ZaloSettings } from './zalo-settings.ts';

/** Only pictures have words with them. */
const PLAIN: PlainLimits = {
  maxText: 2000,
  hasCaption: (file) => ['image', 'gif'].includes(uploadKind(file) ?? ''),
};

/** A Zalo Official Account. https://developers.zalo.me/docs/official-account */
export function createOfficialAccount(settings: ZaloSettings, deps: PlatformDeps): Platform {
  const tokens = deps.zaloTokens ?? fixedToken(settings.ZALO_OA_ACCESS_TOKEN);
  const api = createOaApi(settings.ZALO_API_URL, tokens, deps);
  const secretKey = settings.ZALO_OA_SECRET_KEY;
  return {
    name: 'zalo',
    // There is no typing sign, and after 8 messages to one of the user's the next ones are paid for
    limits: { spacingMs: 500, typingMs: 0, coalesce: true },
    verify: async (request) =>
      secretKey === undefined
        ? settings.PLATFORM_ALLOW_UNSIGNED
        : verifyEvent(request, { appId: settings.ZALO_APP_ID, secretKey, now: deps.clock.now() }),
    parse: (payload) => parseEvent(payload, settings.PLATFORM_BOT_NAME),
    format: (content) => formatPlain(content, PLAIN),
    send: (piece, to, openFile) => send(api, piece, to, openFile),
    showTyping: async () => {},
    openMedia: (media) => openMedia(media, settings.ZALO_API_URL, deps),
    setUp: (webhookUrl) => setUp({ api, tokens }, settings, webhookUrl),
    status: () => status({ api, tokens }, settings),
  };
}
