import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { isoTime } from '#accounts/account-deps.ts';
import { storedSettings, whitelistEntries } from '#accounts/tables.ts';
import { normalizeId } from '#channel/normalize-id.ts';
import type { PeopleDeps } from '#channel/people-deps.ts';
import type { Settings } from '#protocol/settings.ts';

export const SEED_KEY = 'whitelist.seed';

/** Below D1's limit of 100 values in a statement. */
const ROWS_PER_STATEMENT = 12;

/** Tells whether the variables that seed the whitelist have changed since they were last read in. */
export async function seedVersion(deps: PeopleDeps): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(seeds(deps)));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Brings what the variables list into the whitelist. Contract: running it again changes nothing, an entry that an
 * administrator made or removed stays as it is, and the user of a seeded entry is the one whom a
 * `PLATFORM_USER_MAP_*` names for as long as it does.
 */
export async function seedWhitelist(version: string, deps: PeopleDeps): Promise<void> {
  const db = drizzle(deps.db);
  const createdAt = isoTime(deps.clock.now());
  const rows = seeds(deps).map((seed) => ({ id: crypto.randomUUID(), createdAt, ...seed }));
  for (let from = 0; from < rows.length; from += ROWS_PER_STATEMENT) {
    await db
      .insert(whitelistEntries)
      .values(rows.slice(from, from + ROWS_PER_STATEMENT))
      .onConflictDoNothing();
  }
  await db
    .update(whitelistEntries)
    .set({
      mappedUsername: sql`CASE WHEN label LIKE ${labelOf('PLATFORM_USER_MAP_%')} THEN '' ELSE 'admin' END`,
    })
    .where(isSeeded);
  for (const { platform, id, username } of deps.mappedUsers) {
    await db
      .update(whitelistEntries)
      .set({ mappedUsername: username })
      .where(sql`platform = ${platform} AND normalized_id = ${id} AND ${isSeeded}`);
  }
  await db
    .insert(storedSettings)
    .values({ key: SEED_KEY, value: JSON.stringify(version) })
    .onConflictDoUpdate({ target: storedSettings.key, set: { value: sql`excluded.value` } });
}

const labelOf = (variable: string): string => `Seeded from env (${variable})`;

const isSeeded = sql`label LIKE ${labelOf('%')}`;

const lists = [
  ['telegram', 'TELEGRAM_WHITELIST'],
  ['whatsapp', 'WHATSAPP_WHITELIST'],
  ['zalo', 'ZALO_WHITELIST'],
  ['imessage', 'IMESSAGE_WHITELIST'],
] as const satisfies readonly (readonly [string, keyof Settings])[];

function seeds({ settings, mappedUsers }: PeopleDeps) {
  const listed = lists.flatMap(([platform, variable]) =>
    (settings[variable] ?? '')
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '')
      .map((phoneNumber) => seed({ platform, phoneNumber, variable, mappedUsername: 'admin' })),
  );
  const mapped = mappedUsers.map(({ platform, id, username, variable }) =>
    seed({ platform, phoneNumber: id, variable, mappedUsername: username }),
  );
  return [...listed, ...mapped];
}

const seed = ({
  variable,
  ...entry
}: Record<'platform' | 'phoneNumber' | 'variable' | 'mappedUsername', string>) => ({
  ...entry,
  normalizedId: normalizeId(entry.phoneNumber),
  label: labelOf(variable),
});
