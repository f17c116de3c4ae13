import { z } from 'zod';
import type { Settings } from '#protocol/settings.ts';
import { callApi, postJson, type ApiAnswer } from '../call-api.ts';
import type { PlatformDeps } from '../platform-deps.ts';

export type ImessageSettings = Pick<
  Settings,
  | 'BLUEBUBBLES_PASSWORD'
  | 'BLUEBUBBLES_SERVER_URL'
  | 'BLUEBUBBLES_WEBHOOK_SECRET'
  | 'PLATFORM_ALLOW_UNSIGNED'
  | 'PLATFORM_BOT_NAME'
>;

const ServerInfo = z.object({
  data: z.object({
    server_version: z.string(),
    os_version: z.string().nullish(),
    private_api: z.boolean().nullish(),
    helper_connected: z.boolean().nullish(),
    detected_imessage: z.string().nullish(),
  }),
});
export type ServerInfo = z.infer<typeof ServerInfo>['data'];

/** A BlueBubbles server, which sits on a Mac: https://docs.bluebubbles.app/server. Paths begin after `/api/v1`. */
export interface BlueBubbles {
  get(path: string, query?: Readonly<Record<string, string>>): Promise<ApiAnswer>;
  /** `slow` for what the server does only when Messages on the Mac has done it. */
  post(path: string, body: object | FormData, speed?: 'slow'): Promise<ApiAnswer>;
  remove(path: string): Promise<ApiAnswer>;
  download(path: string): Promise<Response | null>;
  /** Null: the server could not be asked, or the password is wrong. */
  info(): Promise<ServerInfo | null>;
  /** Whether the server can do what AppleScript cannot: typing signs, read marks, quick sends. */
  hasPrivateApi(): Promise<boolean>;
}

/** Whether the helper is connected is asked again after this. */
const INFO_MS = 5 * 60_000;

export function createBlueBubbles(serverUrl: string, password: string, deps: PlatformDeps): BlueBubbles {
  // The server knows no header for it
  const addressOf = (path: string, query: Readonly<Record<string, string>> = {}) =>
    `${serverUrl}/api/v1/${path}?${new URLSearchParams({ ...query, password }).toString()}`;
  let known: { readonly at: number; readonly isPrivate: boolean } | null = null;

  const api: BlueBubbles = {
    get: (path, query) => callApi(deps, addressOf(path, query), {}),
    post: (path, body, speed) =>
      callApi(
        deps,
        addressOf(path),
        body instanceof FormData ? { method: 'POST', body } : postJson(body),
        speed === 'slow' ? 'upload' : 'call',
      ),
    remove: (path) => callApi(deps, addressOf(path), { method: 'DELETE' }),
    download: async (path) => {
      try {
        const signal = AbortSignal.timeout(2 * (deps.callTimeoutMs ?? 30_000));
        return await deps.fetch(addressOf(path), { signal });
      } catch {
        return null;
      }
    },
    info: async () => {
      const answer = await api.get('server/info');
      const parsed = ServerInfo.safeParse(answer.kind === 'answer' ? answer.body : null);
      return parsed.success ? parsed.data.data : null;
    },
    hasPrivateApi: async () => {
      const now = deps.clock.now();
      if (known !== null && now - known.at < INFO_MS) return known.isPrivate;
      const info = await api.info();
      if (info === null) return known?.isPrivate ?? false;
      known = { at: now, isPrivate: info.private_api === true && info.helper_connected !== false };
      return known.isPrivate;
    },
  };
  return api;
}
