import type { Clock } from '#lib/clock.ts';
import { isRecord } from '#web/core/shape.ts';

export interface RefreshDeps {
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>;
  readonly clock: Clock;
  /** Runs `act` while no other tab of this page runs one: two tabs must not both spend the same refresh cookie. */
  readonly withLock: <Value>(act: () => Promise<Value>) => Promise<Value>;
  /** Shared between tabs; holds when a refresh last succeeded. */
  readonly storage: Pick<Storage, 'getItem' | 'setItem'>;
}

export type RefreshOutcome = 'renewed' | 'refused' | 'unreachable';

const RENEWED_AT = 'edgewise.renewed';

/**
 * Renews the session cookie. Calls at the same time share one request, and a renewal by another tab since
 * `refusedAt` (milliseconds since 1970, when the refused call was made) counts as ours.
 */
export function createRefresh(deps: RefreshDeps): (refusedAt: number) => Promise<RefreshOutcome> {
  let running: Promise<RefreshOutcome> | null = null;

  const renew = (refusedAt: number) =>
    deps.withLock(async (): Promise<RefreshOutcome> => {
      if (Number(deps.storage.getItem(RENEWED_AT) ?? 0) > refusedAt) return 'renewed';
      const response = await deps
        .fetch('/api/v1/auth/page/refresh', { method: 'POST', credentials: 'same-origin' })
        .catch(() => null);
      if (response === null || response.status >= 500) return 'unreachable';
      if (!response.ok) return 'refused';
      const answer: unknown = await response.json().catch(() => null);
      if (isRefusal(answer)) return 'refused';
      deps.storage.setItem(RENEWED_AT, String(deps.clock.now()));
      return 'renewed';
    });

  return (refusedAt) => {
    running ??= renew(refusedAt).finally(() => {
      running = null;
    });
    return running;
  };
}

/** Sign-in answers refuse with status 200. */
const isRefusal = (answer: unknown): boolean => isRecord(answer) && answer['success'] === false;
