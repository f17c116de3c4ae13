import type { Settings } from '#protocol/settings.ts';
import { fail, succeed, type Result } from '#lib/result.ts';

export type ProviderId = 'claude' | 'proxy' | 'zai' | 'minimax';

/** A server that speaks the Messages API, and how it wants to be spoken to. */
export interface Provider {
  readonly id: ProviderId;
  readonly baseUrl: string;
  /** A proxy may want none. */
  readonly key?: string;
  /** Names of variables, for words that tell a deployer what to look at. */
  readonly keyVariable: string;
  readonly urlVariable: string;
  /** The script that `npm start` runs where no model is configured. */
  readonly isDemo?: boolean;
}

/** Tells a model from one of the same name elsewhere. */
export const nameOf = ({ baseUrl }: Provider, model: string): string => `${baseUrl} ${model}`;

/** Unset, MODEL_PROVIDER means the first of these that is configured. */
const preference: readonly ProviderId[] = ['proxy', 'claude', 'zai', 'minimax'];

const NOTHING_CONFIGURED =
  'API Error: No model is configured. Whoever runs this server sets one of ANTHROPIC_API_KEY, PROXY_BASE_URL ' +
  '(any server that speaks the Messages API, such as Ollama), ZAI_API_KEY or MINIMAX_API_KEY, and starts it again.';

/** The problem is a sentence for the user. */
export function chooseProvider(settings: Settings): Result<Provider, string> {
  const wanted = settings.MODEL_PROVIDER;
  const candidates = wanted === undefined ? preference : [wanted];
  const provider = candidates.map((id) => configured(id, settings)).find((found) => found !== undefined);
  if (provider === undefined) return fail(wanted === undefined ? NOTHING_CONFIGURED : notConfigured(wanted));
  return /^https?:$/.test(URL.parse(provider.baseUrl)?.protocol ?? '')
    ? succeed(provider)
    : fail(noAddress(provider.urlVariable));
}

const requiredVariable: Record<ProviderId, string> = {
  proxy: 'PROXY_BASE_URL',
  claude: 'ANTHROPIC_API_KEY',
  zai: 'ZAI_API_KEY',
  minimax: 'MINIMAX_API_KEY',
};

const notConfigured = (id: ProviderId) =>
  `API Error: MODEL_PROVIDER is ${id}, but ${requiredVariable[id]} is not set. Whoever runs this server sets it, ` +
  'or chooses another provider, and starts it again.';

const noAddress = (variable: string) =>
  `API Error: ${variable} is no address that begins with http:// or https://. Whoever runs this server corrects it ` +
  'and starts it again.';

function configured(id: ProviderId, settings: Settings): Provider | undefined {
  switch (id) {
    case 'proxy':
      return settings.PROXY_BASE_URL === undefined
        ? undefined
        : {
            id,
            baseUrl: settings.PROXY_BASE_URL,
            ...(settings.PROXY_API_KEY !== undefined && { key: settings.PROXY_API_KEY }),
            keyVariable: 'PROXY_API_KEY',
            urlVariable: 'PROXY_BASE_URL',
            ...(settings.DEMO_MODEL !== undefined && { isDemo: true }),
          };
    case 'claude':
      return keyed(id, settings.ANTHROPIC_API_KEY, {
        baseUrl: settings.ANTHROPIC_BASE_URL ?? 'https://api.anthropic.com',
        keyVariable: 'ANTHROPIC_API_KEY',
        urlVariable: 'ANTHROPIC_BASE_URL',
      });
    case 'zai':
      return keyed(id, settings.ZAI_API_KEY, {
        // https://docs.z.ai/scenario-example/develop-tools/claude
        baseUrl: settings.ZAI_BASE_URL ?? 'https://api.z.ai/api/anthropic',
        keyVariable: 'ZAI_API_KEY',
        urlVariable: 'ZAI_BASE_URL',
      });
    case 'minimax':
      return keyed(id, settings.MINIMAX_API_KEY, {
        // https://platform.minimax.io/docs/api-reference/text-anthropic-api
        baseUrl: settings.MINIMAX_BASE_URL ?? 'https://api.minimax.io/anthropic',
        keyVariable: 'MINIMAX_API_KEY',
        urlVariable: 'MINIMAX_BASE_URL',
      });
  }
}

const keyed = (
  id: ProviderId,
  key: string | undefined,
  rest: Omit<Provider, 'id' | 'key'>,
): Provider | undefined => (key === undefined ? undefined : { id, key, ...rest });
