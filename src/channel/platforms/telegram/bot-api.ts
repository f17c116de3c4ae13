import { z } from 'zod';
import type { SendOutcome } from '#channel/platform.ts';
import type { Settings } from '#protocol/settings.ts';
import { callApi, failedServer, lostCall, notFromPlatform, postJson, retry } from '../call-api.ts';
import type { PlatformDeps } from '../platform-deps.ts';

export type TelegramSettings = Pick<
  Settings,
  | 'TELEGRAM_BOT_TOKEN'
  | 'TELEGRAM_WEBHOOK_SECRET'
  | 'TELEGRAM_BOT_USERNAME'
  | 'TELEGRAM_RICH_MESSAGES'
  | 'TELEGRAM_API_URL'
  | 'PLATFORM_ALLOW_UNSIGNED'
>;

export interface BotApi {
  call(method: string, body: Readonly<Record<string, unknown>> | FormData): Promise<BotAnswer>;
  /** A file that `getFile` has named. */
  download(path: string): Promise<Response | null>;
}

export type BotAnswer =
  | { readonly kind: 'done'; readonly result: unknown }
  /** Telegram said no to the form of the message: another form may do. `problem` is its text, for comparing alone. */
  | { readonly kind: 'rejected'; readonly problem: string; readonly movedTo: string | null }
  | { readonly kind: 'failed'; readonly outcome: SendOutcome };

const Answer = z.object({
  ok: z.boolean(),
  result: z.unknown().optional(),
  description: z.string().catch(''),
  parameters: z
    .object({ retry_after: z.number().optional(), migrate_to_chat_id: z.number().optional() })
    .catch({}),
});

export function createBotApi(token: string, baseUrl: string, deps: PlatformDeps): BotApi {
  return {
    call: async (method, body) => {
      const isForm = body instanceof FormData;
      const init = isForm ? { method: 'POST', body } : postJson(body);
      const answer = await callApi(
        deps,
        `${baseUrl}/bot${token}/${method}`,
        init,
        isForm ? 'upload' : 'call',
      );
      if (answer.kind === 'lost') return { kind: 'failed', outcome: lostCall(answer.isTimeout, 'Telegram') };
      const outcome = failedServer(answer.status, 'Telegram');
      return outcome === null ? read(method, answer.status, answer.body) : { kind: 'failed', outcome };
    },
    download: async (path) => {
      const safePath = path.split('/').map(encodeURIComponent).join('/');
      try {
        return await deps.fetch(`${baseUrl}/file/bot${token}/${safePath}`, {
          signal: AbortSignal.timeout(2 * (deps.callTimeoutMs ?? 30_000)),
        });
      } catch {
        return null;
      }
    },
  };
}

function read(method: string, status: number, body: unknown): BotAnswer {
  const parsed = Answer.safeParse(body);
  const { result, description, parameters } = parsed.success
    ? parsed.data
    : { result: undefined, description: '', parameters: {} };
  // An answer that broke off after its status was sent still says that it is done
  if (status >= 200 && status < 300) return { kind: 'done', result };
  if (status === 429) {
    const seconds = parameters.retry_after ?? 5;
    return { kind: 'failed', outcome: retry(seconds * 1000, 'Telegram asks for a pause') };
  }
  if (!parsed.success) return { kind: 'failed', outcome: notFromPlatform('Telegram') };
  // 404 is a token of a wrong form, or a method that an older server does not have
  if (status === 401 || (status === 404 && !method.includes('Rich')))
    return refused('Telegram does not know this bot token', true);
  if (status === 403) return refused('The user has blocked the bot, or it is no longer in the group', false);
  const movedTo = parameters.migrate_to_chat_id;
  return { kind: 'rejected', problem: description, movedTo: movedTo === undefined ? null : String(movedTo) };
}

const refused = (reason: string, authentication: boolean): BotAnswer => ({
  kind: 'failed',
  outcome: { kind: 'refused', reason, authentication },
});
