import type { Platform } from '#channel/platform.ts';
import type { PlatformDeps } from '../platform-deps.ts';
import { isHmacSha256 } from '#lib/hash.ts';
import { format } from './format.ts';
import { createGraph, type WhatsappSettings } from './graph.ts';
import { openMedia } from './open-media.ts';
import { parsePayload } from './parse.ts';
import { send } from './send.ts';
import { setUp, status } from './set-up.ts';

/** There is no typing sign without a read mark, so after each part of an answer there is none again. */
const MARK_MS = 19_000;

/** WhatsApp's Cloud API. Null without a token or a phone number. */
export function createWhatsapp(settings: WhatsappSettings, deps: PlatformDeps): Platform | null {
  const { WHATSAPP_ACCESS_TOKEN: token, WHATSAPP_PHONE_NUMBER_ID: phoneNumberId } = settings;
  if (token === undefined) return null;
  if (phoneNumberId === undefined) {
    deps.log.warn('whatsapp_without_phone_number_id');
    return null;
  }
  const graph = createGraph(token, phoneNumberId, settings, deps);
  const secret = settings.WHATSAPP_APP_SECRET;
  let marked = { id: '', at: 0 };
  return {
    name: 'whatsapp',
    chatIsPerson: true,
    limits: { spacingMs: 1000, typingMs: 25_000, coalesce: true, reportsDelivery: true },
    verify: async ({ body, headers }) =>
      secret === undefined
        ? settings.PLATFORM_ALLOW_UNSIGNED
        : isHmacSha256(/^sha256=(.*)$/.exec(headers['x-hub-signature-256'] ?? '')?.[1] ?? '', secret, body),
    parse: (payload) => parsePayload(payload, phoneNumberId),
    format,
    send: (piece, to, openFile) => send(graph, piece, to, openFile),
    showTyping: async (_to, lastMessageId) => {
      const now = deps.clock.now();
      if (lastMessageId === null || (marked.id === lastMessageId && now - marked.at < MARK_MS)) return;
      marked = { id: lastMessageId, at: now };
      await graph.post(`${phoneNumberId}/messages`, {
        messaging_product: 'whatsapp',
        status: 'read',
        message_id: lastMessageId,
        typing_indicator: { type: 'text' },
      });
    },
    openMedia: (media) => openMedia(graph, media),
    setUp: (webhookUrl) => setUp(graph, settings, webhookUrl),
    status: (webhookUrl) => status(graph, webhookUrl),
  };
}
