import { z } from 'zod';

/**
 * Takes a step of preparing the turn under way, or gives what came of it before. Contract: a turn that is prepared
 * again after a crash takes no step twice that has ended.
 */
export async function once<Outcome>(
  sql: SqlStorage,
  { key, outcome }: { readonly key: string; readonly outcome: z.ZodType<Outcome> },
  act: () => Promise<Outcome>,
): Promise<Outcome> {
  const [known] = sql.exec('SELECT outcome FROM received_file WHERE key = ?', key).toArray();
  if (known !== undefined) return outcome.parse(JSON.parse(z.string().parse(known['outcome'])));
  const made = await act();
  sql.exec('INSERT OR REPLACE INTO received_file (key, outcome) VALUES (?, ?)', key, JSON.stringify(made));
  return made;
}
