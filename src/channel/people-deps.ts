import type { AccountDeps } from '#accounts/account-deps.ts';
import { normalizeId } from '#channel/normalize-id.ts';
import { Username } from '#protocol/account.ts';
import { PlatformName } from '#protocol/platform.ts';

/** A variable `PLATFORM_USER_MAP_<PLATFORM>_<ID>=<user name>`. */
export interface MappedUser {
  readonly variable: string;
  readonly platform: PlatformName;
  readonly id: string;
  readonly username: string;
}

/** What is needed to find out who someone on a platform is. */
export interface PeopleDeps extends AccountDeps {
  readonly mappedUsers: readonly MappedUser[];
}

const PREFIX = 'PLATFORM_USER_MAP_';

/** The variables have names of the deployer's choice, so they are no fields of the settings. */
export function readMappedUsers(vars: object): readonly MappedUser[] {
  return Object.entries(vars).flatMap(([variable, value]: [string, unknown]) => {
    if (!variable.startsWith(PREFIX)) return [];
    const [, name = '', id = ''] = /^([^_]+)_(.+)$/.exec(variable.slice(PREFIX.length)) ?? [];
    const platform = PlatformName.safeParse(name.toLowerCase());
    // It becomes the name of the user's objects
    const username = Username.safeParse(typeof value === 'string' ? value.trim() : value);
    return platform.success && username.success
      ? [{ variable, platform: platform.data, id: normalizeId(id), username: username.data }]
      : [];
  });
}
