import { z } from 'zod';

const Row = z.object({ uses: z.number() });

/** The id that a call gets. Contract: no two calls of a session have the same; one that is new stays as it is. */
export function uniqueCallId(sql: SqlStorage, id: string): string {
  const row = sql
    .exec(
      `INSERT INTO call_id (id, uses) VALUES (?, 1)
       ON CONFLICT (id) DO UPDATE SET uses = uses + 1 RETURNING uses`,
      id,
    )
    .one();
  const { uses } = Row.parse(row);
  return uses === 1 ? id : uniqueCallId(sql, `${id}_${uses}`);
}
