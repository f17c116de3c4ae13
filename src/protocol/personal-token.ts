import { z } from 'zod';

/** A long-lived token of a user, for programs that cannot sign in. Times are ISO 8601, UTC. */
export const PersonalToken = z.object({
  id: z.string(),
  /** What its user calls it: the program it is for. */
  name: z.string(),
  created_at: z.string(),
  last_used_at: z.string().nullable(),
});
export type PersonalToken = z.infer<typeof PersonalToken>;

export const NewPersonalToken = z.object({
  name: z.string().trim().min(1, 'Say what the token is for').max(100),
});

/** Only the answer to its making has the token itself: it is not stored. */
export const MadePersonalToken = PersonalToken.extend({ token: z.string() });
export type MadePersonalToken = z.infer<typeof MadePersonalToken>;
