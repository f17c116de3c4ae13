import { eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { z } from 'zod';
import { isoTime } from '#accounts/account-deps.ts';
import { storedSettings } from '#accounts/tables.ts';
import type { Channel } from '#channel/channel.ts';
import { redact } from '#lib/redact/redact.ts';
import type { PlatformName } from '#protocol/platform.ts';

export const SendError = z.object({ at: z.string(), reason: z.string(), authentication: z.boolean() });
export type SendError = z.infer<typeof SendError>;

const keyOf = (platform: PlatformName) => `platform.error.${platform}`;

/** For the one who runs it: the status of the platform shows the last. */
export async function rememberError(
  { platformName, people, clock, log }: Pick<Channel, 'platformName' | 'people' | 'clock' | 'log'>,
  { reason, authentication }: { readonly reason: string; readonly authentication: boolean },
): Promise<void> {
  const error: SendError = { at: isoTime(clock.now()), reason: redact(reason).slice(0, 300), authentication };
  log.error('platform_refused', { channel: platformName, reason: error.reason, authentication });
  await drizzle(people.db)
    .insert(storedSettings)
    .values({ key: keyOf(platformName), value: JSON.stringify(error) })
    .onConflictDoUpdate({ target: storedSettings.key, set: { value: sql`excluded.value` } });
}

export async function lastError(platform: PlatformName, db: D1Database): Promise<SendError | null> {
  const [row] = await drizzle(db)
    .select()
    .from(storedSettings)
    .where(eq(storedSettings.key, keyOf(platform)));
  return row === undefined ? null : SendError.parse(JSON.parse(row.value));
}
