import { z } from 'zod';
import { PlatformName } from '#protocol/platform.ts';

const Status = z.object({
  token_valid: z.boolean(),
  /** The bot's or number's name. */
  account: z.string().nullable(),
  webhook_url: z.string().nullable(),
  webhook_ok: z.boolean(),
  /** What the platform says of its last delivery to us. */
  last_error: z.string().nullable(),
  /** Null where the token does not end. */
  token_expires_at: z.string().nullable(),
});

/** The state of a messenger's set-up. Times are ISO 8601, UTC. */
export const PlatformStatusAnswer = Status.extend({
  platform: PlatformName,
  /** Each by itself, where one name stands for several; then what is said of all is as good as the worst of them. */
  products: z.array(Status.extend({ title: z.string() })).default([]),
  /** The last message that it refused. */
  last_send_error: z.object({ at: z.string(), reason: z.string(), authentication: z.boolean() }).nullable(),
});

/** What was done, a line each, and what is left to do. */
export const PlatformSetUp = z.object({ webhook_url: z.string(), steps: z.array(z.string()) });
