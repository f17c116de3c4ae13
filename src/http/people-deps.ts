import { readMappedUsers, type PeopleDeps } from '#channel/people-deps.ts';
import { accountDeps } from '#http/account-deps.ts';
import type { AppEnv } from '#http/app-env.ts';

/** What is needed to find out who someone on a platform is, out of a request's context. */
export const peopleDeps = (c: {
  readonly env: Env;
  readonly var: Pick<AppEnv['Variables'], 'settings'>;
}): PeopleDeps => ({ ...accountDeps(c), mappedUsers: readMappedUsers(c.env) });
