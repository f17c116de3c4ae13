import { z } from 'zod';
import type { PlatformLimits } from '#channel/platform.ts';

/** How much of the work shows in the chat: the answer alone; a sign that tools run; each call and each result. */
export const Verbosity = z.enum(['silent', 'status', 'full']);
export type Verbosity = z.infer<typeof Verbosity>;

/** Where messages are costly, a message for each call would use them up. */
export const defaultVerbosity = ({ coalesce }: PlatformLimits): Verbosity => (coalesce ? 'status' : 'full');
