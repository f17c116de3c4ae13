import type { Settings } from '#protocol/settings.ts';
import type { TokenKeeper } from './token-keeper.ts';
import { hasOfficialAccount } from './zalo-settings.ts';

/** The object that keeps the tokens of this deployment's Official Account. */
export const tokenObject = (env: Pick<Env, 'ZALO_TOKEN'>, settings: Settings) =>
  env.ZALO_TOKEN.getByName(settings.ZALO_APP_ID ?? 'oa');

/** Undefined where there is no Official Account, or no key to encrypt its tokens with. */
export function zaloTokens(env: Pick<Env, 'ZALO_TOKEN'>, settings: Settings): TokenKeeper | undefined {
  if (!hasOfficialAccount(settings) || settings.API_KEY === undefined) return undefined;
  const object = tokenObject(env, settings);
  return {
    read: () => object.read(),
    renew: (refused) => object.renew(refused),
    state: () => object.state(),
    begin: () => object.begin(),
  };
}
