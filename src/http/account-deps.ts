import type { AccountDeps } from '#accounts/account-deps.ts';
import type { AppEnv } from '#http/app-env.ts';
import { systemClock } from '#lib/clock.ts';

/** What the accounts need, out of a request's context. */
export const accountDeps = (c: {
  readonly env: Pick<Env, 'DB'>;
  readonly var: Pick<AppEnv['Variables'], 'settings'>;
}): AccountDeps => ({ db: c.env.DB, settings: c.var.settings, clock: systemClock });
