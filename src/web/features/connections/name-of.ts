import type { LinkPreview } from '#protocol/link.ts';
import { visibleName } from '#web/core/visible-name.ts';
import { words } from '#web/core/words.ts';

export const nameOf = ({ platform, name, platform_user_id }: LinkPreview): string =>
  `${words.connections.platforms[platform]}: ${visibleName(name ?? platform_user_id)}`;
