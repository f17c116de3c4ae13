import type { Settings } from '#protocol/settings.ts';
import { callApi, postJson, type ApiAnswer } from '../call-api.ts';
import type { PlatformDeps } from '../platform-deps.ts';

export type WhatsappSettings = Pick<
  Settings,
  | 'WHATSAPP_ACCESS_TOKEN'
  | 'WHATSAPP_PHONE_NUMBER_ID'
  | 'WHATSAPP_VERIFY_TOKEN'
  | 'WHATSAPP_APP_SECRET'
  | 'WHATSAPP_GRAPH_VERSION'
  | 'WHATSAPP_BUSINESS_ACCOUNT_ID'
  | 'WHATSAPP_API_URL'
  | 'PLATFORM_ALLOW_UNSIGNED'
>;

/** Meta's Graph API, as the holder of one phone number. */
export interface Graph {
  readonly phoneNumberId: string;
  get(path: string): Promise<ApiAnswer>;
  post(path: string, body: Readonly<Record<string, unknown>> | FormData): Promise<ApiAnswer>;
  /** The content behind an address that Graph named. The token goes to Meta alone. */
  download(address: string): Promise<Response | null>;
}

/** Hosts of Meta that serve media. */
const MEDIA_HOST = /(^|\.)(fbsbx\.com|fbcdn\.net|facebook\.com|whatsapp\.net)$/;

export function createGraph(
  token: string,
  phoneNumberId: string,
  settings: WhatsappSettings,
  deps: PlatformDeps,
): Graph {
  const base = `${settings.WHATSAPP_API_URL}/${settings.WHATSAPP_GRAPH_VERSION}`;
  const headers = { authorization: `Bearer ${token}` };
  return {
    phoneNumberId,
    get: (path) => callApi(deps, `${base}/${path}`, { headers }),
    post: (path, body) =>
      body instanceof FormData
        ? callApi(deps, `${base}/${path}`, { method: 'POST', headers, body }, 'upload')
        : callApi(deps, `${base}/${path}`, postJson(body, headers)),
    download: async (address) => {
      const url = URL.parse(address);
      const isOwn = url?.origin === URL.parse(settings.WHATSAPP_API_URL)?.origin;
      const isMeta = url?.protocol === 'https:' && MEDIA_HOST.test(url.hostname);
      if (url === null || !(isOwn || isMeta)) return null;
      try {
        const signal = AbortSignal.timeout(2 * (deps.callTimeoutMs ?? 30_000));
        return await deps.fetch(url.href, { headers, signal });
      } catch {
        return null;
      }
    },
  };
}
