import { normalizeId } from '#channel/normalize-id.ts';
import { withoutPrefix } from '#channel/platforms/zalo/bot-ids.ts';
import type { PlatformName } from '#protocol/platform.ts';

/** What a whitelist or a variable may call somebody: who writes to a Zalo bot also as Zalo itself does. */
export const listedIds = (platform: PlatformName, ids: readonly string[]): readonly string[] => {
  const bare = platform === 'zalo' ? ids.map(withoutPrefix) : [];
  return [...new Set([...ids, ...bare].map(normalizeId))];
};
