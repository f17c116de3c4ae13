import { exports } from 'cloudflare:workers';
import { inject } from 'vitest';
import { platformFactories } from '#channel/create-platform.ts';
import { createTelegram } from '#channel/platforms/telegram/index.ts';
import { origin } from './accounts.ts';

declare module 'vitest' {
  interface ProvidedContext {
    telegramUrl: string;
  }
}

/** Puts the real platform into the Worker, with a server that plays Telegram; `onTaken` sees what that took. */
export function useTelegram(onTaken: (request: Request) => Promise<void>): void {
  platformFactories.telegram = (settings, deps) =>
    createTelegram(
      {
        ...settings,
        TELEGRAM_BOT_TOKEN: '777:token',
        TELEGRAM_WEBHOOK_SECRET: 'tg_secret',
        TELEGRAM_API_URL: inject('telegramUrl'),
      },
      {
        ...deps,
        fetch: async (url, init) => {
          const request = new Request(url, init);
          const copy = request.clone();
          const response = await deps.fetch(request);
          if (response.ok) await onTaken(copy);
          return response;
        },
      },
    );
}

/** Delivers a message of a private chat, of which `content` is what makes its kind. */
export const writeTelegram = (chatId: string, id: number, content: object): Promise<Response> =>
  exports.default.fetch(`${origin}/api/v1/webhooks/telegram`, {
    method: 'POST',
    headers: { 'x-telegram-bot-api-secret-token': 'tg_secret', 'content-type': 'application/json' },
    body: JSON.stringify({
      update_id: Number(chatId) * 2 + id,
      message: {
        message_id: id,
        date: Math.floor(Date.now() / 1000),
        from: { id: Number(chatId), is_bot: false, first_name: 'Some One' },
        chat: { id: Number(chatId), type: 'private' },
        ...content,
      },
    }),
  });
