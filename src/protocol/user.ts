import { z } from 'zod';

/** Who is asking: taken from a verified token and the users table, never from anything a client wrote. */
export const User = z.object({
  id: z.string(),
  username: z.string(),
  role: z.string(),
  full_name: z.string(),
});
export type User = z.infer<typeof User>;
