import { BaseAnthropic } from '@anthropic-ai/sdk/client';
import { Messages } from '@anthropic-ai/sdk/resources/messages/messages';
import type { ModelDeps } from '#model/model-deps.ts';
import type { Provider, ProviderId } from '#model/providers.ts';

/** Put together from its parts: the SDK's ready-made client brings all other resources, and twice the bytes. */
export function connect(
  { id, baseUrl, key }: Provider,
  { deps, maxRetries = 0 }: { readonly deps: ModelDeps; readonly maxRetries?: number },
): Messages {
  const client = new BaseAnthropic({
    baseURL: baseUrl,
    // Never left out: the SDK would look for one in the environment and on disk. Ollama wants some, and ignores it
    authToken: key ?? 'none',
    defaultHeaders: id === 'claude' ? {} : foreignHeaders(id, key),
    fetch: deps.fetch,
    maxRetries,
    // It would log and trace what people say
    logLevel: 'off',
    openTelemetry: false,
  });
  return new Messages(client);
}

/** What all who copied the API know: its version of 2023, and (gateways) the header that carried keys then. */
const foreignHeaders = (id: ProviderId, key: string | undefined) => ({
  'anthropic-version': '2023-06-01',
  ...(id === 'proxy' && key !== undefined && { 'x-api-key': key }),
});
