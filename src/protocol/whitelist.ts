import { z } from 'zod';
import { Username } from '#protocol/account.ts';
import { PlatformName } from '#protocol/platform.ts';

export const WhitelistEntry = z.object({
  id: z.string(),
  platform: PlatformName,
  /** A phone number, an id or an address, as the platform knows its users. */
  phone_number: z.string(),
  label: z.string(),
  /** Empty: the sender gets a user name of its own. */
  mapped_username: z.string(),
  created_at: z.string(),
});
export type WhitelistEntry = z.infer<typeof WhitelistEntry>;

export const NewWhitelistEntry = z.object({
  platform: PlatformName,
  phone_number: z.string().trim().min(1).max(200),
  label: z.string().max(200).default(''),
  mapped_username: z.union([z.literal(''), Username]).default(''),
});
export type NewWhitelistEntry = z.infer<typeof NewWhitelistEntry>;

const Enabled = z.object({
  whatsapp: z.boolean(),
  telegram: z.boolean(),
  zalo: z.boolean(),
  imessage: z.boolean(),
});

export const Whitelist = z.object({ enabled: Enabled, entries: z.array(WhitelistEntry) });
export type Whitelist = z.infer<typeof Whitelist>;

export const WhitelistToggle = z.object({ platform: PlatformName, enabled: z.boolean() });
