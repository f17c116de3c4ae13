import { eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { z } from 'zod';
import { storedSettings } from '#accounts/tables.ts';
import { createPlatform } from '#channel/create-platform.ts';
import { livePlatformDeps } from '#channel/live-platform-deps.ts';
import { readMappedUsers } from '#channel/people-deps.ts';
import { takeEvents } from '#channel/take-events.ts';
import { systemClock, type Clock } from '#lib/clock.ts';
import { PlatformName } from '#protocol/platform.ts';
import { Settings } from '#protocol/settings.ts';

/** Messages do not arrive in the order in which they were written: the newest one known is not all there is. */
const OVERLAP_MS = 10 * 60 * 1000;
/** In a quiet chat what is asked for moves on, too: far behind what came, and not for ever the same message again. */
const QUIET_MS = 24 * 60 * 60 * 1000;

/**
 * Asks platforms that deliver only once for what came while nobody listened. Contract: what is known already changes
 * nothing; what came before the first time is none of our business.
 */
export async function catchUp(env: Env, clock: Clock = systemClock): Promise<void> {
  const settings = Settings.parse(env);
  const deps = { ...livePlatformDeps(env, settings), clock };
  for (const name of PlatformName.options) {
    const platform = createPlatform(name, settings, deps);
    if (platform?.catchUp === undefined) continue;
    const key = `platform.caught_up.${name}`;
    const now = deps.clock.now();
    const known = await readTime(key, env.DB);
    if (known === null) {
      await storeTime(key, now, env.DB);
      continue;
    }
    const events = await platform.catchUp(known);
    const people = { db: env.DB, settings, clock: deps.clock, mappedUsers: readMappedUsers(env) };
    await takeEvents(platform, events, { chats: env.CHANNEL_CHAT, people });
    const newest = Math.max(0, ...events.map((event) => (event.kind === 'message' ? event.sentAt : 0)));
    // A clock that runs ahead must not hide what follows
    const next = Math.max(Math.min(newest, now) - OVERLAP_MS, now - QUIET_MS);
    if (next > known) await storeTime(key, next, env.DB);
  }
}

async function readTime(key: string, db: D1Database): Promise<number | null> {
  const [row] = await drizzle(db).select().from(storedSettings).where(eq(storedSettings.key, key));
  return row === undefined ? null : z.number().parse(JSON.parse(row.value));
}

async function storeTime(key: string, at: number, db: D1Database): Promise<void> {
  await drizzle(db)
    .insert(storedSettings)
    .values({ key, value: JSON.stringify(at) })
    .onConflictDoUpdate({ target: storedSettings.key, set: { value: sql`excluded.value` } });
}
