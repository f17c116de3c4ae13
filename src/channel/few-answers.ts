import type { Channel } from '#channel/channel.ts';

const HOUR_MS = 60 * 60 * 1000;

/** Whether who has no account here may be answered once more: so often in an hour for each `subject`. */
export function mayAnswer({ sql, clock }: Channel, subject: string, most: number): boolean {
  sql.exec('DELETE FROM answer_given WHERE at < ?', clock.now() - HOUR_MS);
  const { count } = sql
    .exec<{ count: number }>('SELECT count(*) AS count FROM answer_given WHERE subject = ?', subject)
    .one();
  if (count >= most) return false;
  sql.exec('INSERT INTO answer_given (subject, at) VALUES (?, ?)', subject, clock.now());
  return true;
}
