import type { Channel } from '#channel/channel.ts';

const HOUR_MS = 60 * 60 * 1000;

/**
 * Whether who has no account here may be answered once more: so often in an hour for each `subject`. Contract: asked
 * again for a message of the same `key`, it says the same and counts nothing.
 */
export function mayAnswer({ sql, clock }: Channel, subject: string, key: string, most: number): boolean {
  sql.exec('DELETE FROM answer_given WHERE at < ?', clock.now() - HOUR_MS);
  const [known] = sql
    .exec('SELECT 1 FROM answer_given WHERE subject = ? AND key = ?', subject, key)
    .toArray();
  if (known !== undefined) return true;
  const { count } = sql
    .exec<{ count: number }>('SELECT count(*) AS count FROM answer_given WHERE subject = ?', subject)
    .one();
  if (count >= most) return false;
  sql.exec('INSERT INTO answer_given (subject, key, at) VALUES (?, ?, ?)', subject, key, clock.now());
  return true;
}
