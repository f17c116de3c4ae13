import { sql, type Column, type SQL } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { platformAliases } from '#accounts/tables.ts';
import { normalizeId } from '#channel/normalize-id.ts';
import type { PeopleDeps } from '#channel/people-deps.ts';
import { createRecent } from '#lib/recent.ts';
import type { PlatformName } from '#protocol/platform.ts';

export interface KnownIds {
  readonly platform: PlatformName;
  /** Normalized. */
  readonly ids: readonly string[];
}

/** Ids of which there was nothing to learn: who writes often is looked up once in so long. */
const knownLately = createRecent(10_000);

/** That a column holds one of the ids, or another one of the same person. */
export const isIdOf = (column: Column, { platform, ids }: KnownIds): SQL =>
  sql`(${column} IN ${ids} OR ${column} IN (SELECT alias FROM platform_alias WHERE platform = ${platform}
    AND person IN (SELECT person FROM platform_alias WHERE platform = ${platform} AND alias IN ${ids})))`;

/**
 * Learns that these ids are of one person, who wrote at a moment under the first of them. Where the person wrote under
 * another before, `move` brings along what there is under that one; what was written before a change does not undo it.
 */
export async function followPerson(
  { platform, ids: given, sentAt }: KnownIds & { readonly sentAt: number },
  { db: d1, clock }: Pick<PeopleDeps, 'db' | 'clock'>,
  move: (before: string) => Promise<void>,
): Promise<void> {
  const db = drizzle(d1);
  const ids = [...new Set(given.map(normalizeId))];
  const [person] = ids;
  const key = JSON.stringify([platform, ...ids]);
  if (person === undefined || knownLately.has(key, clock.now())) return;
  const known = await db
    .select()
    .from(platformAliases)
    .where(sql`platform = ${platform} AND ${isIdOf(platformAliases.alias, { platform, ids })}`);
  const all = [...new Set([...ids, ...known.map(({ alias }) => alias)])];
  const isKnown = all.every((id) => known.some((row) => row.alias === id && row.person === person));
  if (isKnown || all.length === 1) return knownLately.add(key, clock.now());
  const before = known.find((row) => row.person !== person);
  if (before !== undefined && before.since >= sentAt) return;
  knownLately.clear();
  // First, so that it is done again where it breaks
  if (before !== undefined) await move(before.person);
  await db
    .insert(platformAliases)
    .values(all.map((alias) => ({ platform, alias, person, since: sentAt })))
    .onConflictDoUpdate({
      target: [platformAliases.platform, platformAliases.alias],
      set: { person: sql`excluded.person`, since: sql`excluded.since` },
    });
}
