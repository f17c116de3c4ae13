/** The part of a Durable Object's `SqlStorage` that a migration needs. */
interface Sql {
  exec(statement: string, ...bindings: unknown[]): { toArray(): Record<string, unknown>[] };
}

/**
 * Brings one part of an object's tables up to date. Contract: each step of a part runs once, in order; a step that
 * was shipped is never edited, a new one is added. Call it before anything reads.
 */
export function migrate(sql: Sql, part: string, steps: readonly string[]): void {
  sql.exec(
    'CREATE TABLE IF NOT EXISTS schema_version (part TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID',
  );
  const [row] = sql.exec('SELECT version FROM schema_version WHERE part = ?', part).toArray();
  const applied = Number(row?.['version'] ?? 0);
  if (applied === steps.length) return;
  for (const step of steps.slice(applied)) sql.exec(step);
  sql.exec('INSERT OR REPLACE INTO schema_version VALUES (?, ?)', part, steps.length);
}

/** Whether anything was ever stored in the object. */
export const isMigrated = (sql: Sql): boolean =>
  sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'schema_version'").toArray().length > 0;
