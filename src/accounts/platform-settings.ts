import { inArray, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { AccountDeps } from '#accounts/account-deps.ts';
import { storedSettings } from '#accounts/tables.ts';
import { PlatformSettingChanges, type PlatformSettings } from '#protocol/account.ts';

type Deps = Pick<AccountDeps, 'db' | 'settings'>;

const keys = {
  default_agent_id: 'platform.default_agent_id',
  session_max_age_hours: 'platform.session_max_age_hours',
};

/** The stored value, else the deployer's, else the default. */
export async function readPlatformSettings({ db, settings }: Deps): Promise<PlatformSettings> {
  const rows = await drizzle(db)
    .select()
    .from(storedSettings)
    .where(inArray(storedSettings.key, Object.values(keys)));
  const stored = new Map(rows.map((row): [string, unknown] => [row.key, JSON.parse(row.value)]));
  const { default_agent_id, session_max_age_hours } = PlatformSettingChanges.parse({
    default_agent_id: stored.get(keys.default_agent_id),
    session_max_age_hours: stored.get(keys.session_max_age_hours),
  });
  return {
    default_agent_id: default_agent_id ?? settings.PLATFORM_DEFAULT_AGENT_ID ?? null,
    session_max_age_hours: session_max_age_hours ?? settings.PLATFORM_SESSION_MAX_AGE_HOURS,
  };
}

export async function changePlatformSettings(
  changes: PlatformSettingChanges,
  { db: d1 }: Deps,
): Promise<void> {
  const db = drizzle(d1);
  const rows = [
    { key: keys.default_agent_id, value: changes.default_agent_id },
    { key: keys.session_max_age_hours, value: changes.session_max_age_hours },
  ].flatMap(({ key, value }) => (value === undefined ? [] : [{ key, value: JSON.stringify(value) }]));
  if (rows.length === 0) return;
  await db
    .insert(storedSettings)
    .values(rows)
    .onConflictDoUpdate({ target: storedSettings.key, set: { value: sql`excluded.value` } });
}
