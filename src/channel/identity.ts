import { and, eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { hasUsername } from '#accounts/find-account.ts';
import { platformAliases, platformUsers, users, whitelistEntries } from '#accounts/tables.ts';
import { isIdOf } from '#channel/aliases.ts';
import { listedIds } from '#channel/listed-ids.ts';
import { normalizeId } from '#channel/normalize-id.ts';
import type { PeopleDeps } from '#channel/people-deps.ts';
import { isAdmitted } from '#channel/whitelist.ts';
import { sha256Hex } from '#lib/hash.ts';
import { fail, succeed, type Result } from '#lib/result.ts';
import type { PlatformName } from '#protocol/platform.ts';
import { Verbosity } from '#protocol/verbosity.ts';

export interface Sender {
  readonly platform: PlatformName;
  readonly id: string;
  readonly otherIds: readonly string[];
  readonly name: string | null;
}

export interface Identity {
  readonly username: string;
  /** Null: the platform's default. */
  readonly verbosity: Verbosity | null;
  /** Whether the user is an account that was named for this very person. */
  readonly isLinked: boolean;
}

/**
 * The user that a sender acts as: the one that a variable names, else the account that the sender linked, else the one
 * of the whitelist, else a user of its own, the same for ever. The problem: the account was disabled.
 */
export async function identify(sender: Sender, deps: PeopleDeps): Promise<Result<Identity, 'disabled'>> {
  const { named, isLinked, known } = await lookUp(sender, deps);
  const verbosity = Verbosity.safeParse(known.find((row) => row.verbosity !== null)?.verbosity).data ?? null;
  if (named === undefined) {
    const own = known.find(({ fallbackUsername }) => fallbackUsername !== null)?.fallbackUsername;
    return succeed({ username: own ?? (await newFallback(sender, deps)), verbosity, isLinked });
  }
  const username = await activeAccount(named, deps);
  return username === null ? fail('disabled') : succeed({ username, verbosity, isLinked });
}

/** The account that is linked with a sender. Null: there is none, it is disabled, or the sender may not write. Nothing is made. */
export async function accountOf(sender: Sender, deps: PeopleDeps): Promise<string | null> {
  const { platform, id, otherIds } = sender;
  const [{ named, isLinked }, admitted] = await Promise.all([
    lookUp(sender, deps),
    // Whom a variable names an account for may have been taken off the list
    isAdmitted({ platform, ids: [id, ...otherIds] }, deps),
  ]);
  return named === undefined || !isLinked || !admitted ? null : activeAccount(named, deps);
}

/** In its stored spelling, which names the user's objects. */
async function activeAccount(named: string, { db }: PeopleDeps): Promise<string | null> {
  const [account] = await drizzle(db).select().from(users).where(hasUsername(named));
  return account?.isActive === false ? null : (account?.username ?? named);
}

async function lookUp(sender: Sender, deps: PeopleDeps) {
  const db = drizzle(deps.db);
  const ids = [...new Set([sender.id, ...sender.otherIds].map(normalizeId))];
  const onLists = listedIds(sender.platform, ids);
  const person = { platform: sender.platform, ids };
  const [listed, known, aliases] = await db.batch([
    db
      .select()
      .from(whitelistEntries)
      .where(
        and(
          eq(whitelistEntries.platform, sender.platform),
          isIdOf(whitelistEntries.normalizedId, { platform: sender.platform, ids: onLists }),
          sql`deleted_at IS NULL AND mapped_username <> ''`,
        ),
      )
      // Who is listed as exactly this one goes before who is listed by part of the id
      .orderBy(sql`normalized_id IN ${ids} DESC`),
    db
      .select()
      .from(platformUsers)
      .where(and(eq(platformUsers.platform, sender.platform), isIdOf(platformUsers.platformUserId, person)))
      // Of two that turned out to be one person the older counts
      .orderBy(sql`rowid`),
    db
      .select({ id: platformAliases.alias })
      .from(platformAliases)
      .where(and(eq(platformAliases.platform, sender.platform), isIdOf(platformAliases.alias, person))),
  ]);
  const variable = deps.mappedUsers.find(
    ({ platform, id }) =>
      platform === sender.platform && (onLists.includes(id) || aliases.some((alias) => alias.id === id)),
  );
  const linked = known.find(({ linkedUsername }) => linkedUsername !== null);
  const [entry] = listed;
  return {
    named: variable?.username ?? linked?.linkedUsername ?? entry?.mappedUsername,
    // A list in a variable gives all of its people the one account of the administrator
    isLinked: variable !== undefined || linked !== undefined || entry?.seed === null,
    known,
  };
}

/** `telegram_15e2b0d3`: the platform and the first 32 bits of a hash of the id. Two ids may share these, so the next free name counts. */
async function newFallback({ platform, id, name }: Sender, deps: PeopleDeps): Promise<string> {
  const db = drizzle(deps.db);
  const hex = (await sha256Hex(id)).slice(0, 8);
  const platformUserId = normalizeId(id);
  for (let count = 1; ; count += 1) {
    const username = `${platform}_${hex}${count === 1 ? '' : `_${count}`}`;
    const [taken] = await db.batch([
      db.select({ id: users.id }).from(users).where(hasUsername(username)),
      db
        .insert(platformUsers)
        .values({ id: crypto.randomUUID(), platform, platformUserId, name })
        .onConflictDoNothing(),
    ]);
    if (taken.length > 0) continue;
    const [row] = await db
      .update(platformUsers)
      .set({ fallbackUsername: sql`coalesce(fallback_username, ${username})` })
      .where(
        and(
          eq(platformUsers.platform, platform),
          eq(platformUsers.platformUserId, platformUserId),
          sql`NOT EXISTS (SELECT 1 FROM platform_user other WHERE other.fallback_username = ${username}
                AND NOT (other.platform = ${platform} AND other.platform_user_id = ${platformUserId}))`,
        ),
      )
      .returning();
    if (row?.fallbackUsername !== null && row?.fallbackUsername !== undefined) return row.fallbackUsername;
  }
}

export async function setVerbosity(sender: Sender, verbosity: Verbosity, deps: PeopleDeps): Promise<void> {
  await drizzle(deps.db)
    .insert(platformUsers)
    .values({
      id: crypto.randomUUID(),
      platform: sender.platform,
      platformUserId: normalizeId(sender.id),
      name: sender.name,
      verbosity,
    })
    .onConflictDoUpdate({
      target: [platformUsers.platform, platformUsers.platformUserId],
      set: { verbosity },
    });
}

/** The platform calls a person by another id from now on: what was known of the old one holds for the new one. */
export async function renameUser(
  platform: PlatformName,
  { from, to }: { readonly from: string; readonly to: string },
  deps: PeopleDeps,
): Promise<void> {
  const db = drizzle(deps.db);
  const [old, now] = [normalizeId(from), normalizeId(to)];
  await db.batch([
    // Who wrote under the new id before we were told of it has nothing there yet that counts
    db.delete(platformUsers).where(
      sql`platform = ${platform} AND platform_user_id = ${now} AND linked_username IS NULL AND EXISTS
              (SELECT 1 FROM platform_user other WHERE other.platform = ${platform} AND other.platform_user_id = ${old})`,
    ),
    db
      .update(platformUsers)
      .set({ platformUserId: now })
      .where(
        sql`platform = ${platform} AND platform_user_id = ${old} AND NOT EXISTS
              (SELECT 1 FROM platform_user other WHERE other.platform = ${platform} AND other.platform_user_id = ${now})`,
      ),
    db.delete(platformAliases).where(
      sql`platform = ${platform} AND alias = ${now} AND EXISTS
              (SELECT 1 FROM platform_alias other WHERE other.platform = ${platform} AND other.alias = ${old})`,
    ),
    db
      .update(platformAliases)
      .set({ alias: now })
      .where(sql`platform = ${platform} AND alias = ${old}`),
    db
      .update(platformAliases)
      .set({ person: now })
      .where(sql`platform = ${platform} AND person = ${old}`),
    db
      .update(whitelistEntries)
      .set({ phoneNumber: to, normalizedId: now })
      .where(
        sql`platform = ${platform} AND normalized_id = ${old} AND NOT EXISTS
              (SELECT 1 FROM whitelist_entry other WHERE other.platform = ${platform} AND other.normalized_id = ${now})`,
      ),
  ]);
}
