import { z } from 'zod';
import {
  fieldOf,
  startFakePlatform,
  type FakePlatform,
  type FakeRules,
  type PlatformAnswer,
} from './fake-platform.ts';

export interface FakeZaloBot extends FakePlatform {
  readonly webhook: { url: string; secret: string | null };
  /** Chats in which something is being written. */
  readonly typing: string[];
  readonly blocked: Set<string>;
  /** What users have sent: at `/media/<name>`. */
  readonly media: Map<string, Uint8Array>;
}

const done = (result: unknown): PlatformAnswer => ({ status: 200, body: { ok: true, result } });
/** With status 200, as that platform does. */
export const zaloBotError = (code: number): PlatformAnswer => ({
  status: 200,
  body: { ok: false, error_code: code, description: 'failed' },
});

const Webhook = z.object({
  url: z.url({ protocol: /^https$/ }),
  secret_token: z.string().min(8).max(256),
});
/** Zalo fetches it: what it could not reach is refused. */
const Photo = z.object({
  chat_id: z.string().min(1),
  photo: z.url({ protocol: /^https$/, hostname: /\./ }),
});
const Text = z.object({ chat_id: z.string().min(1), text: z.string().min(1).max(2000) });

/** The Zalo Bot Platform: https://bot.zaloplatforms.com/docs */
export async function startFakeZaloBot(token = '777:token', port = 0): Promise<FakeZaloBot> {
  let serial = 0;
  const state = {
    webhook: { url: '', secret: null as string | null },
    typing: [] as string[],
    blocked: new Set<string>(),
    media: new Map<string, Uint8Array>(),
  };
  const rules: FakeRules = {
    isSend: ({ path }) => /\/send(Message|Photo|Sticker)$/.test(path),
    answer: (call, take) => {
      if (call.path.startsWith('/media/')) {
        const bytes = state.media.get(call.path.slice('/media/'.length));
        return bytes === undefined ? { status: 404, body: '' } : { bytes, contentType: 'image/jpeg' };
      }
      if (!call.path.startsWith(`/bot${token}/`)) return zaloBotError(401);
      switch (call.path.slice(`/bot${token}/`.length)) {
        case 'getMe':
          return done({ id: '1459232241454765289', account_name: 'bot.edgewise', account_type: 'BASIC' });
        case 'setWebhook': {
          const parsed = Webhook.safeParse(call.body);
          if (!parsed.success) return zaloBotError(400);
          Object.assign(state.webhook, { url: parsed.data.url, secret: parsed.data.secret_token });
          return done({ url: parsed.data.url, updated_at: call.at });
        }
        case 'getWebhookInfo':
          return done({ url: state.webhook.url, updated_at: call.at });
        case 'sendChatAction':
          state.typing.push(fieldOf(call, 'chat_id'));
          return done(undefined);
        case 'sendMessage': {
          const parsed = Text.safeParse(call.body);
          if (!parsed.success) return zaloBotError(400);
          const { chat_id: chatId, text } = parsed.data;
          if (state.blocked.has(chatId)) return zaloBotError(403);
          serial += 1;
          take({ id: `zb${serial}`, chatId: `bot:${chatId}`, text, file: null });
          return done({ message_id: `zb${serial}`, date: call.at });
        }
        case 'sendPhoto': {
          const parsed = Photo.safeParse(call.body);
          if (!parsed.success) return zaloBotError(400);
          serial += 1;
          const { chat_id: chatId, photo } = parsed.data;
          take({ id: `zb${serial}`, chatId: `bot:${chatId}`, text: photo, file: null });
          return done({ message_id: `zb${serial}`, date: call.at });
        }
        default:
          return zaloBotError(404);
      }
    },
  };
  return Object.assign(state, await startFakePlatform(rules, port));
}
