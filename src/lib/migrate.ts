/** The part of a Durable Object's `SqlStorage` that a migration needs. */
interface Sql {
  exec(statement: string, ...bindings: unknown[]): { toArray(): Record<string, unknown>[] };
}

/**
 * Brings an object's tables up to date. Contract: each step runs once, in order; a step that was shipped is never
 * edited, a new one is added. Call it in the constructor, before anything reads.
 */
export function migrate(sql: Sql, steps: readonly string[]): void {
  sql.exec('CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)');
  const applied = Number(sql.exec('SELECT version FROM schema_version').toArray()[0]?.['version'] ?? 0);
  if (applied === steps.length) return;
  for (const step of steps.slice(applied)) sql.exec(step);
  sql.exec('DELETE FROM schema_version');
  sql.exec('INSERT INTO schema_version VALUES (?)', steps.length);
}
