import type { Settings } from '#protocol/settings.ts';
import type { ProviderId } from '#model/providers.ts';

type Alias = 'haiku' | 'sonnet' | 'opus';

const claude: Record<Alias, string> = {
  haiku: 'claude-haiku-5-5',
  sonnet: 'claude-sonnet-5-5',
  opus: 'claude-opus-5-5',
};

/** What the aliases mean where nobody said otherwise. Z.AI and MiniMax serve models of their own only. */
const models: Record<ProviderId, Record<Alias, string>> = {
  claude,
  proxy: claude,
  zai: { haiku: 'glm-4.5-air', sonnet: 'glm-5.3', opus: 'glm-5.3' },
  minimax: { haiku: 'MiniMax-M2.7-highspeed', sonnet: 'MiniMax-M3', opus: 'MiniMax-M3' },
};

/** The id to ask the provider for: an alias is looked up, MODEL_HAIKU and its like go first, all else stays. */
export function modelId(settings: Settings, provider: ProviderId, name: string): string {
  switch (name) {
    case 'haiku':
      return settings.MODEL_HAIKU ?? models[provider].haiku;
    case 'sonnet':
      return settings.MODEL_SONNET ?? models[provider].sonnet;
    case 'opus':
      return settings.MODEL_OPUS ?? models[provider].opus;
    default:
      return name;
  }
}
