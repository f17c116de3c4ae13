import { signInKey } from '#accounts/keys.ts';
import type { Clock } from '#lib/clock.ts';
import type { LinkDeps } from '#mcp/remote-link.ts';
import { Seal } from '#mcp/seal.ts';
import { OAUTH_PATH, type SignInDeps } from '#mcp/sign-in.ts';
import { signInStore, type SignInStoreDeps } from '#mcp/sign-in-store.ts';
import type { Settings } from '#protocol/settings.ts';

interface LiveDeps {
  readonly env: Env;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly fetch: LinkDeps['fetch'];
}

/** What one user's links to MCP servers work with. `username` is verified. */
export function liveLinkDeps(username: string, deps: LiveDeps): LinkDeps {
  const secretOf = (name: string): string | undefined => {
    const value: unknown = Reflect.get(deps.env, name);
    return typeof value === 'string' ? value : undefined;
  };
  const publicUrl = deps.settings.BACKEND_PUBLIC_URL.replace(/\/+$/, '');
  let signIns: Promise<SignInDeps | undefined> | undefined;
  return {
    fetch: deps.fetch,
    secretOf,
    signIns: () =>
      (signIns ??= storeDeps(deps).then(
        (store) =>
          store && {
            store: signInStore(username, store),
            fetch: deps.fetch,
            secretOf,
            publicUrl,
            metadataUrl: publicUrl.startsWith('https:')
              ? `${publicUrl}${OAUTH_PATH}/client-metadata`
              : undefined,
          },
      )),
  };
}

/** Undefined where no key is set: then nothing can be encrypted. */
export async function storeDeps({
  env,
  settings,
  clock,
}: Omit<LiveDeps, 'fetch'>): Promise<SignInStoreDeps | undefined> {
  const key = await signInKey(settings);
  return key === null ? undefined : { db: env.DB, clock, seal: new Seal(key) };
}
