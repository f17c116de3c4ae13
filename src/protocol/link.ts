import { z } from 'zod';
import { PlatformName } from '#protocol/platform.ts';

export const LinkCode = z.object({ code: z.string(), expires_at: z.string() });
export type LinkCode = z.infer<typeof LinkCode>;

/** Someone on a platform who acts as the account that it linked. */
export const LinkedIdentity = z.object({
  id: z.string(),
  platform: PlatformName,
  platform_user_id: z.string(),
  name: z.string().nullable(),
  linked_at: z.string(),
});
export type LinkedIdentity = z.infer<typeof LinkedIdentity>;

/** Who would act as the account. */
export const LinkPreview = LinkedIdentity.pick({ platform: true, platform_user_id: true, name: true });
export type LinkPreview = z.infer<typeof LinkPreview>;

export const LinkCodeEntry = z.object({ code: z.string().trim().min(1).max(40) });
