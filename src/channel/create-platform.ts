import type { Platform } from '#channel/platform.ts';
import type { PlatformDeps } from '#channel/platforms/platform-deps.ts';
import { createImessage } from '#channel/platforms/imessage/index.ts';
import { createTelegram } from '#channel/platforms/telegram/index.ts';
import { createWhatsapp } from '#channel/platforms/whatsapp/index.ts';
import { createZalo } from '#channel/platforms/zalo/index.ts';
import { PlatformName } from '#protocol/platform.ts';
import type { Settings } from '#protocol/settings.ts';

/** Null where the settings do not set the platform up. */
type PlatformFactory = (settings: Settings, deps: PlatformDeps) => Platform | null;

/** The platforms there are. */
export const platformFactories: Partial<Record<PlatformName, PlatformFactory>> = {
  telegram: createTelegram,
  whatsapp: createWhatsapp,
  imessage: createImessage,
  zalo: createZalo,
};

/** Those that the settings set up. */
export const configuredPlatforms = (settings: Settings, deps: PlatformDeps): readonly Platform[] =>
  PlatformName.options.flatMap((name) => createPlatform(name, settings, deps) ?? []);

export function createPlatform(name: PlatformName, settings: Settings, deps: PlatformDeps): Platform | null {
  return platformFactories[name]?.(settings, deps) ?? null;
}
