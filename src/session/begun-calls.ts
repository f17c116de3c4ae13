import type { BegunCalls } from '#agent/hooks.ts';

/**
 * The outward calls of the unfinished turn that have begun. Contract: nothing that a call sends leaves the object
 * before its row is durable, because the platform holds back what goes out until what was written before it is kept.
 */
export const begunCalls = (sql: SqlStorage): BegunCalls => ({
  has: (id) => sql.exec('SELECT 1 FROM begun_call WHERE tool_use_id = ?', id).toArray().length > 0,
  add: (id) => sql.exec('INSERT OR IGNORE INTO begun_call (tool_use_id) VALUES (?)', id),
  delete: (id) => sql.exec('DELETE FROM begun_call WHERE tool_use_id = ?', id),
});

export const forgetBegunCalls = (sql: SqlStorage): unknown => sql.exec('DELETE FROM begun_call');
