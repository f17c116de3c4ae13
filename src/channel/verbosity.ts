import type { Channel } from '#channel/channel.ts';
import type { Verbosity } from '#protocol/verbosity.ts';

const variables = {
  telegram: 'TELEGRAM_VERBOSITY',
  whatsapp: 'WHATSAPP_VERBOSITY',
  zalo: 'ZALO_VERBOSITY',
  imessage: 'IMESSAGE_VERBOSITY',
} as const;

/**
 * For who has not said how much they want to see: what the deployer set for the platform. Where messages are costly, a
 * message for each call would use them up.
 */
export const defaultVerbosity = ({
  platformName,
  platform,
  settings,
}: Pick<Channel, 'platformName' | 'platform' | 'settings'>): Verbosity =>
  settings[variables[platformName]] ?? (platform.limits.coalesce ? 'status' : 'full');
