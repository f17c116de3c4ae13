import { APIConnectionError, APIError, APIUserAbortError } from '@anthropic-ai/sdk/error';

type ProblemReason =
  | 'authentication'
  | 'permission'
  | 'billing'
  | 'rate_limit'
  | 'overloaded'
  | 'server'
  | 'unreachable'
  | 'cut'
  | 'context_full'
  | 'too_large'
  | 'unknown_model'
  | 'thinking_refused'
  | 'media_refused'
  | 'invalid'
  | 'other';

/** Why a call failed. Nothing in it was written by the provider, but for identifiers that go to the log. */
export interface ApiProblem {
  readonly reason: ProblemReason;
  readonly retry: boolean;
  readonly status?: number;
  readonly retryAfterMs?: number;
  readonly type?: string;
  readonly requestId?: string;
}

/** The answer broke off: the same call may well succeed. */
export const cut = (requestId: string | null): ApiProblem => ({
  reason: 'cut',
  retry: true,
  ...(requestId !== null && { requestId }),
});

/** Undefined for an error that no server and no network causes: a bug. */
export function problemOfError(error: unknown, now: number): ApiProblem | undefined {
  // Only our own watch on a silent connection aborts a call that is still wanted
  if (error instanceof APIConnectionError || error instanceof APIUserAbortError) {
    return { reason: 'unreachable', retry: true };
  }
  if (!(error instanceof APIError)) return undefined;
  const headers: Headers | undefined = error.headers;
  const problem = problemOf({ status: error.status, type: error.type ?? '', message: error.message });
  const retryAfterMs = retryAfter(headers, now);
  const shouldRetry = headers?.get('x-should-retry');
  return {
    ...problem,
    retry: shouldRetry === 'true' || (problem.retry && shouldRetry !== 'false'),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(typeof error.requestID === 'string' && { requestId: error.requestID }),
  };
}

/** An error that a server tells in the middle of its stream. */
export const problemOfEvent = (
  error: { readonly type: string; readonly message: string },
  requestId: string | null,
): ApiProblem => ({
  ...problemOf({ status: undefined, ...error }),
  ...(requestId !== null && { requestId }),
});

/** https://platform.claude.com/docs/en/api/errors */
const statusOfType: ReadonlyMap<string, number> = new Map(
  Object.entries({
    invalid_request_error: 400,
    authentication_error: 401,
    billing_error: 402,
    permission_error: 403,
    not_found_error: 404,
    request_too_large: 413,
    rate_limit_error: 429,
    api_error: 500,
    timeout_error: 504,
    overloaded_error: 529,
  }),
);

function problemOf(error: {
  readonly status: number | undefined;
  readonly type: string;
  readonly message: string;
}): ApiProblem {
  const status = error.status ?? statusOfType.get(error.type);
  const reason = reasonOf(status, error);
  return {
    reason,
    retry: reason === 'rate_limit' || reason === 'overloaded' || reason === 'server',
    ...(status !== undefined && { status }),
    ...(/^[a-z_]{1,40}$/.test(error.type) && { type: error.type }),
  };
}

/** The words of the API, and of those that resemble it. */
const CONTEXT_FULL =
  /(prompt|input|request) is too long|(prompt|input) exceeds|context[ _](window|length|size|limit)|maximum context|too many (input )?tokens/i;

function reasonOf(
  status: number | undefined,
  { type, message }: { readonly type: string; readonly message: string },
): ProblemReason {
  if (type === 'overloaded_error') return 'overloaded';
  if (type === 'billing_error' || /credit balance|insufficient balance/i.test(message)) return 'billing';
  switch (status) {
    case undefined:
      return 'server';
    case 400:
    case 422:
      if (CONTEXT_FULL.test(message)) return 'context_full';
      if (/thinking|signature|effort|output_config/i.test(message)) return 'thinking_refused';
      return /\b(image|pdf|document)/i.test(message) ? 'media_refused' : 'invalid';
    case 401:
      return 'authentication';
    case 402:
      return 'billing';
    case 403:
      return 'permission';
    case 404:
      return 'unknown_model';
    case 413:
      return CONTEXT_FULL.test(message) ? 'context_full' : 'too_large';
    case 429:
      return 'rate_limit';
    case 529:
      return 'overloaded';
    default:
      return status === 408 || status === 409 || status >= 500 ? 'server' : 'other';
  }
}

/** Seconds or an HTTP date (RFC 9110 §10.2.3), and the finer header that Anthropic sends beside it. */
function retryAfter(headers: Headers | undefined, now: number): number | undefined {
  const fine = Number.parseFloat(headers?.get('retry-after-ms') ?? '');
  if (fine >= 0) return fine;
  const value = headers?.get('retry-after') ?? '';
  const ms = /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
