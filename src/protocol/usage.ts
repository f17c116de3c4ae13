import { z } from 'zod';
import { Tokens } from '#protocol/message.ts';

/** What turns used, added up. Turns that were cancelled or failed count too. */
export const UsageTotals = z.object({
  turns: z.number().int(),
  /** Calls of the model that were answered to the end. */
  steps: z.number().int(),
  ...Tokens.shape,
  cost_usd: z.number(),
});
export type UsageTotals = z.infer<typeof UsageTotals>;

export const UsageReport = UsageTotals.extend({
  /** How much of what was sent to the model came from its cache, from 0 to 1. */
  cache_share: z.number(),
});
export type UsageReport = z.infer<typeof UsageReport>;

export function reportUsage(totals: UsageTotals): UsageReport {
  const { input_tokens, cache_creation_input_tokens, cache_read_input_tokens } = totals;
  const sent = input_tokens + cache_creation_input_tokens + cache_read_input_tokens;
  return { ...totals, cache_share: sent === 0 ? 0 : cache_read_input_tokens / sent };
}

export const SessionUsage = z.object({ session_id: z.string(), ...UsageReport.shape });
export type SessionUsage = z.infer<typeof SessionUsage>;

export const UsageDays = z.number().int().min(1).max(366);

/** Days are those of UTC, newest first; a day on which no turn ended is left out. */
export const UsageByDay = z.object({
  total: UsageReport,
  days: z.array(z.object({ day: z.string(), ...UsageReport.shape })),
});
export type UsageByDay = z.infer<typeof UsageByDay>;
