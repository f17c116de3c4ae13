import { z } from 'zod';
import type { SendOutcome } from '#channel/platform.ts';
import { callApi, failedServer, lostCall, notFromPlatform, postJson, retry } from '../call-api.ts';
import type { PlatformDeps } from '../platform-deps.ts';
import type { TokenKeeper } from './token-keeper.ts';

export type OaAnswer =
  | { readonly kind: 'done'; readonly data: unknown }
  | { readonly kind: 'error'; readonly code: number }
  | { readonly kind: 'failed'; readonly outcome: SendOutcome };

export interface OaApi {
  /** `path` begins with the version. A token that was refused is renewed, once. */
  call(path: string, body?: Readonly<Record<string, unknown>> | FormData): Promise<OaAnswer>;
}

/** 200 is the status of failures, too: what counts is this field. */
const Answer = z.object({ error: z.coerce.number(), data: z.unknown().optional() });

/** https://developers.zalo.me/docs/official-account/phu-luc/ma-loi */
const TOKEN_ERRORS: ReadonlySet<number> = new Set([-124, -216]);

export function createOaApi(baseUrl: string, tokens: TokenKeeper, deps: PlatformDeps): OaApi {
  const call = async (
    token: string,
    path: string,
    body?: Readonly<Record<string, unknown>> | FormData,
  ): Promise<OaAnswer> => {
    const headers = { access_token: token };
    const init =
      body === undefined
        ? { headers }
        : body instanceof FormData
          ? { method: 'POST', headers, body }
          : postJson(body, headers);
    const use = body instanceof FormData ? 'upload' : 'call';
    const answer = await callApi(deps, `${baseUrl}/${path}`, init, use);
    if (answer.kind === 'lost') return { kind: 'failed', outcome: lostCall(answer.isTimeout, 'Zalo') };
    if (answer.status === 429) return { kind: 'failed', outcome: retry(5000, 'Zalo asks for a pause') };
    const outcome = failedServer(answer.status, 'Zalo');
    if (outcome !== null) return { kind: 'failed', outcome };
    const parsed = Answer.safeParse(answer.body);
    if (!parsed.success) {
      const isTaken = answer.status < 300;
      return { kind: 'failed', outcome: isTaken ? lostCall(false, 'Zalo') : notFromPlatform('Zalo') };
    }
    const { error, data } = parsed.data;
    return error === 0 ? { kind: 'done', data } : { kind: 'error', code: error };
  };

  return {
    call: async (path, body) => {
      const token = await ask(tokens.read());
      if (typeof token !== 'string') return token;
      const answer = await call(token, path, body);
      if (answer.kind !== 'error' || !TOKEN_ERRORS.has(answer.code)) return answer;
      const renewed = await ask(tokens.renew(token));
      if (typeof renewed !== 'string') return renewed;
      const second = await call(renewed, path, body);
      return second.kind === 'error' && TOKEN_ERRORS.has(second.code) ? noToken : second;
    },
  };
}

/** The keeper is an object elsewhere, which may be out of reach for a moment. */
const ask = async (token: Promise<string | null>): Promise<string | OaAnswer> => {
  try {
    return (await token) ?? noToken;
  } catch {
    return { kind: 'failed', outcome: retry(2000, 'the access token of Zalo could not be read') };
  }
};

const noToken: OaAnswer = {
  kind: 'failed',
  outcome: {
    kind: 'refused',
    reason: 'Zalo does not take the access token; run the set-up to give a new one',
    authentication: true,
  },
};
