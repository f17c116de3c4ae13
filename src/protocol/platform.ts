import { z } from 'zod';

export const PlatformName = z.enum(['telegram', 'whatsapp', 'zalo', 'imessage']);
export type PlatformName = z.infer<typeof PlatformName>;
