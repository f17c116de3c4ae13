import { z } from 'zod';
import { addUsage, noUsage } from '#protocol/message.ts';
import type { FinishedTurn } from '#protocol/session.ts';
import { reportUsage, UsageTotals, type SessionUsage, type UsageByDay } from '#protocol/usage.ts';
import type { SessionRow } from '#user/session-row.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

const StoredDay = UsageTotals.extend({ day: z.string() });

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

/**
 * Adds to a day what a session used since its last turn that was told. A session tells its own totals, so that a turn
 * told twice, late or never leaves the sums right. Call it before the session's row takes the new totals. Writes one
 * row, or none for a repetition.
 */
export function countUsage(
  sql: SqlStorage,
  { session_id, turn_count, updated_at, usage }: FinishedTurn,
): void {
  sql.exec(
    `INSERT INTO usage_day (day, turns, steps, input_tokens, output_tokens, cache_creation_input_tokens,
                            cache_read_input_tokens, cost_usd)
     SELECT ?, ? - turn_count, ? - steps, ? - input_tokens, ? - output_tokens, ? - cache_creation_input_tokens,
            ? - cache_read_input_tokens, ? - cost_usd
     FROM session WHERE session_id = ? AND turn_count < ?
     ON CONFLICT (day) DO UPDATE SET turns = turns + excluded.turns, steps = steps + excluded.steps,
       input_tokens = input_tokens + excluded.input_tokens, output_tokens = output_tokens + excluded.output_tokens,
       cache_creation_input_tokens = cache_creation_input_tokens + excluded.cache_creation_input_tokens,
       cache_read_input_tokens = cache_read_input_tokens + excluded.cache_read_input_tokens,
       cost_usd = cost_usd + excluded.cost_usd`,
    dayOf(updated_at),
    turn_count,
    usage.steps,
    usage.input_tokens,
    usage.output_tokens,
    usage.cache_creation_input_tokens,
    usage.cache_read_input_tokens,
    usage.cost_usd,
    session_id,
    turn_count,
  );
}

export const toSessionUsage = ({ session_id, turn_count, ...row }: SessionRow): SessionUsage => ({
  session_id,
  ...reportUsage(UsageTotals.parse({ ...row, turns: turn_count })),
});

/** The last `days` days, today among them. Sessions that were deleted since stay counted. */
export function usageByDay(sql: SqlStorage, { days, now }: { days: number; now: number }): UsageByDay {
  const stored = sql
    .exec('SELECT * FROM usage_day WHERE day > ? ORDER BY day DESC', dayOf(now - days * DAY_MS))
    .toArray()
    .map((row) => StoredDay.parse(row));
  const total = stored.reduce<UsageTotals>(addTotals, { turns: 0, steps: 0, ...noUsage, cost_usd: 0 });
  return {
    total: reportUsage(total),
    days: stored.map(({ day, ...totals }) => ({ day, ...reportUsage(totals) })),
  };
}

const addTotals = (left: UsageTotals, right: UsageTotals): UsageTotals => ({
  turns: left.turns + right.turns,
  steps: left.steps + right.steps,
  ...addUsage(left, right),
  cost_usd: left.cost_usd + right.cost_usd,
});
