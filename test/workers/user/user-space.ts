import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { noUsage } from '#protocol/message.ts';
import type { FinishedTurn, NewSession } from '#protocol/session.ts';

let users = 0;

/** A user space that no other test knows. */
export const newUserSpace = () => env.USER_SPACE.getByName(`user-${++users}-${crypto.randomUUID()}`);

export const START = Date.UTC(2026, 0, 2, 3, 4, 5);

export const newSession = (session_id: string, session: Partial<NewSession> = {}): NewSession => ({
  session_id,
  agent_id: null,
  first_message: `first prompt of ${session_id}`,
  created_at: START,
  client_type: 'web',
  ...session,
});

export const finishedTurn = (session_id: string, turn: Partial<FinishedTurn> = {}): FinishedTurn => ({
  session_id,
  turn_count: 1,
  updated_at: START + 1_000,
  title: null,
  records: [],
  usage: { steps: 0, ...noUsage, cost_usd: 0 },
  ...turn,
});

/** The lines of a session, in turns of their own. */
export const records = (...texts: string[]) => texts.map((text, seq) => ({ seq, role: 'user', text }));

export const withSql = <Value>(space: DurableObjectStub, act: (sql: SqlStorage) => Value): Promise<Value> =>
  runInDurableObject(space, (_object, state) => act(state.storage.sql));

/** The same storage, counting the rows that statements report as written. */
export function countingWrites(storage: SqlStorage) {
  let rows = 0;
  const sql = new Proxy(storage, {
    get: (target, key) => {
      if (key !== 'exec') return Reflect.get(target, key);
      return (query: string, ...bindings: unknown[]) => {
        const cursor = target.exec(query, ...bindings);
        rows += cursor.rowsWritten;
        return cursor;
      };
    },
  });
  const written = (act: () => void) => {
    const before = rows;
    act();
    return rows - before;
  };
  return { sql, written };
}
