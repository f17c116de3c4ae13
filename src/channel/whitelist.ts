import { and, asc, eq, inArray, isNull, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { isoTime } from '#accounts/account-deps.ts';
import { platformUsers, storedSettings, whitelistEntries } from '#accounts/tables.ts';
import { isIdOf } from '#channel/aliases.ts';
import { listedIds } from '#channel/listed-ids.ts';
import { normalizeId } from '#channel/normalize-id.ts';
import type { PeopleDeps } from '#channel/people-deps.ts';
import { SEED_KEY, seedVersion, seedWhitelist } from '#channel/seed-whitelist.ts';
import { fail, succeed, type Result } from '#lib/result.ts';
import { PlatformName } from '#protocol/platform.ts';
import type { NewWhitelistEntry, Whitelist, WhitelistEntry } from '#protocol/whitelist.ts';

const enabledKey = (platform: PlatformName) => `whitelist.enabled.${platform}`;

/**
 * Whether someone may write to the bot: everyone where the list is switched off, else who is on it, or has linked an
 * account. `ids` are all that the platform calls the person. One round to the database.
 */
export async function isAdmitted(
  { platform, ids }: { readonly platform: PlatformName; readonly ids: readonly string[] },
  deps: PeopleDeps,
): Promise<boolean> {
  const db = drizzle(deps.db);
  const normalized = [...new Set(ids.map(normalizeId))];
  const version = await seedVersion(deps);
  const look = () =>
    db.batch([
      db
        .select()
        .from(storedSettings)
        .where(inArray(storedSettings.key, [enabledKey(platform), SEED_KEY])),
      db
        .select({ id: whitelistEntries.id })
        .from(whitelistEntries)
        .where(
          and(
            eq(whitelistEntries.platform, platform),
            isIdOf(whitelistEntries.normalizedId, { platform, ids: listedIds(platform, ids) }),
            isNull(whitelistEntries.deletedAt),
          ),
        ),
      db
        .select({ username: platformUsers.linkedUsername })
        .from(platformUsers)
        .where(
          and(
            eq(platformUsers.platform, platform),
            isIdOf(platformUsers.platformUserId, { platform, ids: normalized }),
          ),
        ),
    ]);
  let [settings, listed, known] = await look();
  if (settings.find(({ key }) => key === SEED_KEY)?.value !== JSON.stringify(version)) {
    await seedWhitelist(version, deps);
    [settings, listed, known] = await look();
  }
  const isOff = settings.some(({ key, value }) => key === enabledKey(platform) && value === 'false');
  return isOff || listed.length > 0 || known.some(({ username }) => username !== null);
}

export async function readWhitelist(deps: PeopleDeps): Promise<Whitelist> {
  const db = drizzle(deps.db);
  await seedWhitelist(await seedVersion(deps), deps);
  const [settings, entries] = await db.batch([
    db
      .select()
      .from(storedSettings)
      .where(inArray(storedSettings.key, PlatformName.options.map(enabledKey))),
    db
      .select()
      .from(whitelistEntries)
      .where(isNull(whitelistEntries.deletedAt))
      .orderBy(asc(whitelistEntries.createdAt), asc(whitelistEntries.id)),
  ]);
  const isEnabled = (platform: PlatformName) =>
    !settings.some(({ key, value }) => key === enabledKey(platform) && value === 'false');
  return {
    enabled: {
      whatsapp: isEnabled('whatsapp'),
      telegram: isEnabled('telegram'),
      zalo: isEnabled('zalo'),
      imessage: isEnabled('imessage'),
    },
    entries: entries.map(toEntry),
  };
}

/**
 * Contract: one entry for a person and platform. One that was removed comes back as a new one, and one that a variable
 * made is the administrator's from then on.
 */
export async function addWhitelistEntry(
  entry: NewWhitelistEntry,
  deps: PeopleDeps,
): Promise<Result<WhitelistEntry, 'exists'>> {
  const values = {
    id: crypto.randomUUID(),
    platform: entry.platform,
    phoneNumber: entry.phone_number,
    normalizedId: normalizeId(entry.phone_number),
    label: entry.label,
    mappedUsername: entry.mapped_username,
    seed: null,
    createdAt: isoTime(deps.clock.now()),
    deletedAt: null,
  };
  const [added] = await drizzle(deps.db)
    .insert(whitelistEntries)
    .values(values)
    .onConflictDoUpdate({
      target: [whitelistEntries.platform, whitelistEntries.normalizedId],
      set: values,
      setWhere: sql`${whitelistEntries.deletedAt} IS NOT NULL OR ${whitelistEntries.seed} IS NOT NULL`,
    })
    .returning();
  return added === undefined ? fail('exists') : succeed(toEntry(added));
}

/** False: there is no such entry. */
export async function removeWhitelistEntry(id: string, deps: PeopleDeps): Promise<boolean> {
  const removed = await drizzle(deps.db)
    .update(whitelistEntries)
    .set({ deletedAt: isoTime(deps.clock.now()) })
    .where(and(eq(whitelistEntries.id, id), isNull(whitelistEntries.deletedAt)))
    .returning({ id: whitelistEntries.id });
  return removed.length > 0;
}

export async function setWhitelistEnabled(
  { platform, enabled }: { readonly platform: PlatformName; readonly enabled: boolean },
  deps: PeopleDeps,
): Promise<void> {
  await drizzle(deps.db)
    .insert(storedSettings)
    .values({ key: enabledKey(platform), value: JSON.stringify(enabled) })
    .onConflictDoUpdate({ target: storedSettings.key, set: { value: sql`excluded.value` } });
}

const toEntry = (row: typeof whitelistEntries.$inferSelect): WhitelistEntry => ({
  id: row.id,
  platform: PlatformName.parse(row.platform),
  phone_number: row.phoneNumber,
  label: row.label,
  mapped_username: row.mappedUsername,
  created_at: row.createdAt,
});
