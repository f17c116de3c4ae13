import type { SendOutcome } from '#channel/platform.ts';
import { withDeadline } from '#lib/deadline.ts';
import type { PlatformDeps } from './platform-deps.ts';

export type ApiAnswer =
  /** `body` is the parsed JSON; undefined where there is none or it did not arrive whole. */
  | { readonly kind: 'answer'; readonly status: number; readonly body: unknown }
  /** No answer. In workerd a refused connection looks the same as one that breaks after the request was out. */
  | { readonly kind: 'lost'; readonly isTimeout: boolean };

/** One call. Never throws for what a network or a server may do, and never logs the address, which may hold a token. */
export async function callApi(
  deps: PlatformDeps,
  address: string,
  init: RequestInit,
  use: 'call' | 'upload' = 'call',
): Promise<ApiAnswer> {
  const timeoutMs = (deps.callTimeoutMs ?? 30_000) * (use === 'upload' ? 4 : 1);
  return withDeadline(timeoutMs, null, async (deadline) => {
    try {
      const response = await deps.fetch(address, { ...init, signal: deadline.signal });
      return { kind: 'answer', status: response.status, body: await readJson(response) };
    } catch {
      return { kind: 'lost', isTimeout: deadline.isOver() };
    }
  });
}

export const postJson = (body: unknown, headers: Readonly<Record<string, string>> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}

/** What Cloudflare answers for a server that it could not reach: the request was never out. */
const NOT_REACHED: ReadonlySet<number> = new Set([521, 522, 523, 525, 526, 530]);
/** And for one that took the request, or may have, and was not heard of again: a proxy's 502 is also a connection that broke. */
const NOT_HEARD: ReadonlySet<number> = new Set([502, 504, 520, 524]);

/** What a lost call means for a message. */
export const lostCall = (isTimeout: boolean, platform: string): SendOutcome => ({
  kind: 'unknown',
  reason: isTimeout ? `${platform} did not answer in time` : `the connection to ${platform} broke`,
});

/** What a server that fails means for a message; null if the answer has to be looked into. */
export function failedServer(status: number, platform: string): SendOutcome | null {
  if (NOT_REACHED.has(status)) return retry(5000, `${platform} could not be reached`);
  if (NOT_HEARD.has(status)) return lostCall(true, platform);
  return status >= 500 ? retry(2000, `${platform} has a problem of its own`) : null;
}

/** An error that is not in the platform's own words is one of something before it: a proxy, a firewall, a tunnel. */
export const notFromPlatform = (platform: string): SendOutcome =>
  retry(5000, `something before ${platform} answered in its place`);

export const retry = (afterMs: number, reason: string): SendOutcome => ({ kind: 'retry', afterMs, reason });
