import type { Settings } from '#protocol/settings.ts';
import type { User } from '#protocol/user.ts';

/** What every route finds in its context. `user` is null where the request carried no valid identity. */
export interface AppEnv {
  Bindings: Env;
  Variables: { user: User | null; settings: Settings };
}
