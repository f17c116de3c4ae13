import { z } from 'zod';
import type { RefusedBlocks } from '#model/refused-blocks.ts';

const Row = z.object({ mark: z.string() });

/** Kept with the session. */
export function refusedBlocks(sql: SqlStorage): RefusedBlocks {
  let known: Set<string> | undefined;
  const marks = () =>
    (known ??= new Set(
      sql
        .exec('SELECT mark FROM refused_block')
        .toArray()
        .map((row) => Row.parse(row).mark),
    ));
  return {
    get size() {
      return marks().size;
    },
    has: (mark) => marks().has(mark),
    add(mark) {
      marks().add(mark);
      sql.exec('INSERT OR IGNORE INTO refused_block (mark) VALUES (?)', mark);
    },
  };
}
