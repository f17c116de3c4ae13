import { z } from 'zod';
import { catalog } from '#catalog/catalog.ts';
import { PermissionMode } from '#protocol/server-event.ts';
import { readRow, type Session } from '#session/session.ts';

const Chosen = z.object({ mode: PermissionMode });

/** The user's choice for this session, also before its first prompt; null: none. */
export function chosenMode(sql: SqlStorage): PermissionMode | null {
  const row = readRow(sql);
  if (row !== undefined) return row.mode;
  const [chosen] = sql.exec('SELECT mode FROM chosen_mode').toArray();
  return chosen === undefined ? null : Chosen.parse(chosen).mode;
}

/** The user's choice for this session, else the agent's own. */
export const permissionMode = (sql: SqlStorage): PermissionMode =>
  chosenMode(sql) ?? catalog.agent(readRow(sql)?.agent_id ?? null).permissionMode;

/**
 * Switching by hand also ends planning. Everyone who watches is told. Contract: before the first prompt there is no
 * session, and this makes none; the one that the prompt begins has the mode.
 */
export function setPermissionMode(session: Pick<Session, 'sql' | 'clients'>, mode: PermissionMode): void {
  if (readRow(session.sql) === undefined)
    session.sql.exec('INSERT OR REPLACE INTO chosen_mode (id, mode) VALUES (1, ?)', mode);
  session.sql.exec('UPDATE session SET mode = ?, mode_before_planning = NULL', mode);
  session.clients.broadcast({ type: 'permission_mode', mode });
}

/** Into planning, or back to where the agent was before. */
export function setPlanning(session: Pick<Session, 'sql' | 'clients'>, planning: boolean): void {
  const before = permissionMode(session.sql);
  if (planning === (before === 'plan')) return;
  const mode = planning ? 'plan' : (readRow(session.sql)?.mode_before_planning ?? 'default');
  session.sql.exec('UPDATE session SET mode = ?, mode_before_planning = ?', mode, planning ? before : null);
  session.clients.broadcast({ type: 'permission_mode', mode });
}
