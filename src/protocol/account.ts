import { z } from 'zod';
import { User } from '#protocol/user.ts';

/** Usernames name a user's objects and folders: no slash, no leading dot. */
export const Username = z
  .string()
  .regex(
    /^(?!.*\.\.)[a-z0-9][a-z0-9._-]{0,63}$/i,
    'Use 1 to 64 letters, digits, single dots, underscores or hyphens, beginning with a letter or digit',
  );

/** bcrypt reads 72 bytes and no further: a longer password would be as good as its beginning. */
export const fitsPassword = (password: string): boolean => new TextEncoder().encode(password).length <= 72;

const Password = z
  .string()
  .min(1, 'Must not be empty')
  .refine(fitsPassword, 'Must be at most 72 bytes in UTF-8');

const Role = z.enum(['admin', 'user']);
const FullName = z.string().max(200);

export const LoginBody = z.object({ username: z.string(), password: z.string() });

/** Always sent with 200: `success` tells. The page's own sign-in leaves the tokens null and sets cookies instead. */
export const LoginAnswer = z.object({
  success: z.boolean(),
  token: z.string().nullable(),
  refresh_token: z.string().nullable(),
  user: User.nullable(),
  error: z.string().nullable(),
});
export type LoginAnswer = z.infer<typeof LoginAnswer>;

export const ApiKeyBody = z.object({ api_key: z.string() });
export const RefreshBody = z.object({ refresh_token: z.string() });
export const LogoutBody = z.object({ refresh_token: z.string() });

export const LogoutAnswer = z.object({ success: z.literal(true), message: z.string() });

export const TokenAnswer = z.object({
  access_token: z.string(),
  refresh_token: z.string(),
  token_type: z.literal('bearer'),
  /** Seconds. */
  expires_in: z.number().int(),
  user_id: z.string(),
});

/** A user as administrators see it. Times are ISO 8601, UTC. */
export const Account = z.object({
  id: z.string(),
  username: z.string(),
  full_name: z.string().nullable(),
  role: z.string(),
  created_at: z.string(),
  last_login: z.string().nullable(),
  is_active: z.boolean(),
});
export type Account = z.infer<typeof Account>;

export const NewAccount = z.object({
  username: Username,
  password: Password,
  full_name: FullName.nullish(),
  role: Role.default('user'),
});
export type NewAccount = z.infer<typeof NewAccount>;

/** Null and absent both mean "leave as it is". */
export const AccountChanges = z.object({
  full_name: FullName.nullish(),
  role: Role.nullish(),
  is_active: z.boolean().nullish(),
  password: Password.nullish(),
});
export type AccountChanges = z.infer<typeof AccountChanges>;

/** Settings of the messenger platforms that an administrator may change while running. */
export const PlatformSettings = z.object({
  default_agent_id: z.string().nullable(),
  session_max_age_hours: z.number(),
});
export type PlatformSettings = z.infer<typeof PlatformSettings>;

/** Null means "back to the default"; absent means "leave as it is". */
export const PlatformSettingChanges = z.object({
  default_agent_id: z.string().min(1).max(128).nullish(),
  session_max_age_hours: z.number().positive().max(8760).nullish(),
});
export type PlatformSettingChanges = z.infer<typeof PlatformSettingChanges>;

/** An error as most routes give it. */
export const Detail = z.object({ detail: z.string() });
