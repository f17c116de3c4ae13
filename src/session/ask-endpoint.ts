import { z } from 'zod';
import type { EndpointHook } from '#catalog/hook.ts';
import type { Clock } from '#lib/clock.ts';
import { timed } from '#lib/connections.ts';
import { withDeadline } from '#lib/deadline.ts';
import { hmacSha256, toHex } from '#lib/hash.ts';
import { readBytes } from '#lib/read-bytes.ts';
import { fail, succeed, type Result } from '#lib/result.ts';
import { fillSecrets, type SecretOf } from '#mcp/fill-secrets.ts';
import { HookAnswer, noObjection } from '#protocol/hook.ts';

/** An answer is a decision and some words; what is longer is none. */
const MAX_ANSWER_BYTES = 256 * 1024;

export interface EndpointDeps {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly secretOf: SecretOf;
  readonly clock: Clock;
}

/** Why there is no answer: for the log, and nobody else. */
export type EndpointProblem =
  | 'cancelled'
  | 'secret_missing'
  | 'unreachable'
  | 'too_slow'
  | 'redirected'
  | 'bad_status'
  | 'too_large'
  | 'not_json'
  | 'not_an_answer';

/**
 * Asks one endpoint. Contract: at most two requests, the second only where the first did not reach it; ends within
 * the hook's time, which begins when it is sent, and soon after `signal` aborts; follows no redirect; an empty answer is no objection.
 */
export async function askEndpoint(
  hook: EndpointHook,
  subject: object,
  { fetch: send, secretOf, clock, signal }: EndpointDeps & { readonly signal: AbortSignal },
): Promise<Result<HookAnswer, EndpointProblem>> {
  const headers = fillSecrets(hook.headers, secretOf);
  const key = hook.secret === undefined ? undefined : secretOf(hook.secret)?.trim();
  if (!headers.ok || key === '' || (key === undefined) !== (hook.secret === undefined))
    return fail('secret_missing');
  const body = JSON.stringify(subject);
  const signed = key === undefined ? {} : await signature(key, body, clock.now());
  return withDeadline(hook.timeoutMs, signal, async (deadline) => {
    const fetch = timed(send, deadline);
    const init: RequestInit = {
      method: 'POST',
      headers: { ...headers.value, 'content-type': 'application/json', ...signed },
      body,
      redirect: 'manual',
      signal: deadline.signal,
    };
    try {
      return await read(
        await fetch(hook.url, init).catch((error: unknown) => {
          if (deadline.signal.aborted) throw error;
          return fetch(hook.url, init);
        }),
      );
    } catch {
      if (signal.aborted) return fail('cancelled');
      return fail(deadline.isOver() ? 'too_slow' : 'unreachable');
    }
  });
}

async function read(response: Response): Promise<Result<HookAnswer, EndpointProblem>> {
  if (!response.ok) {
    await response.body?.cancel();
    return fail(response.status >= 300 && response.status < 400 ? 'redirected' : 'bad_status');
  }
  const bytes = await readBytes(response.body, MAX_ANSWER_BYTES);
  if (bytes === null) return fail('too_large');
  const text = new TextDecoder().decode(bytes);
  if (text.trim() === '') return succeed(noObjection);
  const json = z.string().transform(parseJson).safeParse(text);
  if (!json.success) return fail('not_json');
  const answer = HookAnswer.safeParse(json.data);
  return answer.success ? succeed(answer.data) : fail('not_an_answer');
}

const parseJson = (text: string, context: z.RefinementCtx): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue('no JSON');
    return z.NEVER;
  }
};

/** So that an endpoint knows who asks, and that nobody asks again what was asked once. */
async function signature(key: string, body: string, now: number): Promise<Record<string, string>> {
  const timestamp = String(Math.floor(now / 1000));
  const hex = toHex(await hmacSha256(key, `${timestamp}.${body}`));
  return { 'x-edgewise-timestamp': timestamp, 'x-edgewise-signature': `sha256=${hex}` };
}
