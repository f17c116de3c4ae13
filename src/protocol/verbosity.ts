import { z } from 'zod';

/** How much of the work shows in a chat: the answer alone; a sign that tools run; each call and each result. */
export const Verbosity = z.enum(['silent', 'status', 'full']);
export type Verbosity = z.infer<typeof Verbosity>;
