import { z } from 'zod';
import type { SendOutcome } from '#channel/platform.ts';
import { callApi, failedServer, lostCall, notFromPlatform, postJson, retry } from '../call-api.ts';
import type { PlatformDeps } from '../platform-deps.ts';

export type BotAnswer =
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly outcome: SendOutcome };

export interface ZaloBotApi {
  call(method: string, body: Readonly<Record<string, unknown>>): Promise<BotAnswer>;
}

/** 200 is the status of failures, too. */
const Answer = z.object({
  ok: z.boolean(),
  result: z.unknown().optional(),
  error_code: z.coerce.number().catch(0),
});

/** https://bot.zaloplatforms.com/docs */
export function createZaloBotApi(baseUrl: string, token: string, deps: PlatformDeps): ZaloBotApi {
  return {
    call: async (method, body) => {
      const answer = await callApi(deps, `${baseUrl}/bot${token}/${method}`, postJson(body));
      if (answer.kind === 'lost') return failed(lostCall(answer.isTimeout, 'Zalo'));
      const outcome = failedServer(answer.status, 'Zalo');
      if (outcome !== null) return failed(outcome);
      const parsed = Answer.safeParse(answer.body);
      if (parsed.success && parsed.data.ok) return { kind: 'done', result: parsed.data.result };
      if (answer.status === 429) return failed(retry(5000, 'Zalo asks for a pause'));
      if (!parsed.success)
        return failed(answer.status < 300 ? lostCall(false, 'Zalo') : notFromPlatform('Zalo'));
      const code = parsed.data.error_code || answer.status;
      if (code >= 500) return failed(retry(2000, 'Zalo has a problem of its own'));
      return failed(outcomeOf(code));
    },
  };
}

const failed = (outcome: SendOutcome): BotAnswer => ({ kind: 'failed', outcome });

function outcomeOf(code: number): SendOutcome {
  if (code === 429) return retry(5000, 'Zalo asks for a pause');
  if (code === 401 || code === 404) {
    return { kind: 'refused', reason: 'Zalo does not know this bot token', authentication: true };
  }
  const reason =
    code === 403
      ? 'The user has blocked the bot, or its quota of messages is used up'
      : `Zalo did not take the message (its code ${code})`;
  return { kind: 'refused', reason, authentication: false };
}
