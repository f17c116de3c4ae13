import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { isoTime } from '#accounts/account-deps.ts';
import { storedSettings, whitelistEntries } from '#accounts/tables.ts';
import { normalizeId } from '#channel/normalize-id.ts';
import type { PeopleDeps } from '#channel/people-deps.ts';
import { sha256Hex } from '#lib/hash.ts';
import type { Settings } from '#protocol/settings.ts';

export const SEED_KEY = 'whitelist.seed';

/** Below D1's limit of 100 values in a statement. */
const ROWS_PER_STATEMENT = 12;

/** Tells whether the variables that seed the whitelist have changed since they were last read in. */
export const seedVersion = (deps: PeopleDeps): Promise<string> => sha256Hex(JSON.stringify(seeds(deps)));

/**
 * Makes the whitelist hold what the variables list. Contract: an id that they list no longer is withdrawn; what an
 * administrator added stays, and so does what one removed, also where a variable lists it anew. All or nothing.
 */
export async function seedWhitelist(version: string, deps: PeopleDeps): Promise<void> {
  const db = drizzle(deps.db);
  const createdAt = isoTime(deps.clock.now());
  const rows = seeds(deps).map((seed) => ({ id: crypto.randomUUID(), createdAt, ...seed }));
  const listed = JSON.stringify(rows.map(({ platform, seed }) => `${platform}/${seed}`));
  const withdraw = db
    .delete(whitelistEntries)
    .where(
      sql`seed IS NOT NULL AND deleted_at IS NULL AND platform || '/' || seed NOT IN (SELECT value FROM json_each(${listed}))`,
    );
  const chunks = Array.from({ length: Math.ceil(rows.length / ROWS_PER_STATEMENT) }, (_, index) =>
    rows.slice(index * ROWS_PER_STATEMENT, (index + 1) * ROWS_PER_STATEMENT),
  );
  const add = chunks.map((chunk) =>
    db
      .insert(whitelistEntries)
      .values(chunk)
      // Found by what the variable calls them: the platform may do so by another id by now
      .onConflictDoUpdate({
        target: [whitelistEntries.platform, whitelistEntries.seed],
        set: { label: sql`excluded.label`, mappedUsername: sql`excluded.mapped_username` },
      })
      .onConflictDoNothing(),
  );
  const remember = db
    .insert(storedSettings)
    .values({ key: SEED_KEY, value: JSON.stringify(version) })
    .onConflictDoUpdate({ target: storedSettings.key, set: { value: sql`excluded.value` } });
  await db.batch([withdraw, ...add, remember]);
}

const lists = [
  ['telegram', 'TELEGRAM_WHITELIST'],
  ['whatsapp', 'WHATSAPP_WHITELIST'],
  ['zalo', 'ZALO_WHITELIST'],
  ['imessage', 'IMESSAGE_WHITELIST'],
] as const satisfies readonly (readonly [string, keyof Settings])[];

/** One for each id, with the user that a `PLATFORM_USER_MAP_*` names, else with the one of the lists. */
function seeds({ settings, mappedUsers }: PeopleDeps) {
  const listed = lists.flatMap(([platform, variable]) =>
    (settings[variable] ?? '')
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '')
      .map((phoneNumber) => ({ platform, phoneNumber, variable, mappedUsername: 'admin' })),
  );
  const mapped = mappedUsers.map(({ platform, id, username, variable }) => ({
    platform,
    phoneNumber: id,
    variable,
    mappedUsername: username,
  }));
  const byId = new Map<string, ReturnType<typeof seed>>();
  for (const one of [...listed, ...mapped].map(seed)) {
    const key = `${one.platform}/${one.seed}`;
    byId.set(key, { ...(byId.get(key) ?? one), mappedUsername: one.mappedUsername });
  }
  return [...byId.values()];
}

function seed({
  variable,
  ...entry
}: Record<'platform' | 'phoneNumber' | 'variable' | 'mappedUsername', string>) {
  const normalizedId = normalizeId(entry.phoneNumber);
  return { ...entry, normalizedId, seed: normalizedId, label: `Seeded from env (${variable})` };
}
