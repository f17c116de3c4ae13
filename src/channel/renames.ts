import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { platformRenames } from '#accounts/tables.ts';
import { normalizeId } from '#channel/normalize-id.ts';
import type { PeopleDeps } from '#channel/people-deps.ts';
import type { Renamed } from '#channel/platform.ts';
import type { PlatformName } from '#protocol/platform.ts';

/** Longer than anything that a platform brings is taken. */
const REMEMBER_MS = 8 * 24 * 60 * 60 * 1000;

/** Whether this was done already, or one of the two goes on under yet another id by what was told later. */
export async function isOldRename(
  platform: PlatformName,
  { key, sentAt, ...event }: Renamed,
  { db }: Pick<PeopleDeps, 'db'>,
): Promise<boolean> {
  const ids = [event.from, event.to].map(normalizeId);
  const [row] = await drizzle(db)
    .select({ key: platformRenames.key })
    .from(platformRenames)
    .where(
      sql`platform = ${platform} AND (key = ${key}
        OR sent_at > ${sentAt} AND (from_id IN ${ids} OR to_id IN ${ids}))`,
    )
    .limit(1);
  return row !== undefined;
}

/** To be called when it is done, so that what breaks before is done again. */
export async function rememberRename(
  platform: PlatformName,
  { key, from, to, sentAt }: Renamed,
  { db: d1, clock }: Pick<PeopleDeps, 'db' | 'clock'>,
): Promise<void> {
  const db = drizzle(d1);
  const [fromId, toId] = [normalizeId(from), normalizeId(to)];
  await db.batch([
    db.delete(platformRenames).where(sql`sent_at < ${clock.now() - REMEMBER_MS}`),
    db.insert(platformRenames).values({ platform, key, fromId, toId, sentAt }).onConflictDoNothing(),
  ]);
}
