import type { Platform } from '#channel/platform.ts';
import { formatPlain, type PlainLimits } from '../plain-text.ts';
import type { PlatformDeps } from '../platform-deps.ts';
import { isHmacSha256, isSameSecret } from '#lib/hash.ts';
import { createBlueBubbles, type ImessageSettings } from './blue-bubbles.ts';
import { catchUp } from './catch-up.ts';
import { openMedia } from './open-media.ts';
import { parseWebhook } from './parse.ts';
import { send } from './send.ts';
import { setUp, status } from './set-up.ts';

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const PLAIN: PlainLimits = { maxText: 8000, hasCaption: () => false };

/** iMessage through a BlueBubbles server. Null without its address and password. */
export function createImessage(settings: ImessageSettings, deps: PlatformDeps): Platform | null {
  const { BLUEBUBBLES_PASSWORD: password, BLUEBUBBLES_SERVER_URL: serverUrl } = settings;
  if (password === undefined) return null;
  if (serverUrl === undefined) {
    deps.log.warn('imessage_without_server_url');
    return null;
  }
  const api = createBlueBubbles(serverUrl, password, deps);
  const secret = settings.BLUEBUBBLES_WEBHOOK_SECRET;
  const botName = settings.PLATFORM_BOT_NAME;
  return {
    name: 'imessage',
    // A typing sign stays until the message or for about a minute
    limits: { spacingMs: 500, typingMs: 30_000, coalesce: false },
    // BlueBubbles signs nothing, so the secret is in the address; a proxy before it may sign
    verify: async ({ body, headers, query }) => {
      if (secret === undefined) return settings.PLATFORM_ALLOW_UNSIGNED;
      const signature = headers['x-bluebubbles-signature'];
      return signature === undefined
        ? isSameSecret(query.get('secret') ?? '', secret)
        : isHmacSha256(signature, secret, body);
    },
    parse: (payload) => parseWebhook(payload, botName),
    format: (content) => formatPlain(content, PLAIN),
    send: (piece, to, openFile) => send(api, piece, to, openFile),
    showTyping: async (to) => {
      if (!(await api.hasPrivateApi())) return;
      const chat = `chat/${encodeURIComponent(to.chatId)}`;
      await Promise.all([api.post(`${chat}/read`, {}), api.post(`${chat}/typing`, { status: 'typing' })]);
    },
    openMedia: (media) => openMedia(api, media, wait),
    setUp: (webhookUrl) => setUp(api, settings, webhookUrl),
    status: (webhookUrl) => status(api, webhookUrl),
    catchUp: (since) => catchUp(api, since, botName),
  };
}
