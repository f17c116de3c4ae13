import { catalog } from '#catalog/catalog.ts';
import type { PermissionMode } from '#protocol/server-event.ts';
import { readRow, type Session } from '#session/session.ts';

/** The user's choice for this session, else the agent's own. */
export function permissionMode(sql: SqlStorage): PermissionMode {
  const row = readRow(sql);
  return row?.mode ?? catalog.agent(row?.agent_id ?? null).permissionMode;
}

/** Switching by hand also ends planning. Everyone who watches is told. */
export function setPermissionMode(session: Pick<Session, 'sql' | 'clients'>, mode: PermissionMode): void {
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
