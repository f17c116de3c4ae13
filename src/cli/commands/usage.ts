import { z } from 'zod';
import { noWords, readOptions, type Command } from '#cli/command.ts';
import { exitCode } from '#cli/failure.ts';
import { printJson } from '#cli/host.ts';
import { printTable } from '#cli/print-table.ts';
import { UsageDays, type UsageReport } from '#protocol/usage.ts';

const daysProblem = 'a number from 1 to 366';

const Options = z.object({
  session: z.string().optional(),
  days: z
    .string()
    .regex(/^\d{1,3}$/, daysProblem)
    .transform(Number)
    .refine((days) => UsageDays.safeParse(days).success, daysProblem)
    .default(30),
});

export const usageCommand: Command = {
  name: 'usage',
  summary: 'show tokens and cost, by day or of one session',
  help: `Usage:
  npx edgewise usage [--days N]       the last N days (30), newest first, by UTC
  npx edgewise usage --session <id>   one session

Tokens in are all that was sent to the model; "cached" is the part of them that came from its cache.

Example: npx edgewise usage --days 7`,
  options: { session: { type: 'string', short: 's' }, days: { type: 'string' } },
  async run({ host, api, json, values, positionals }) {
    noWords('usage', positionals);
    const { session, days } = readOptions('usage', Options, values);
    if (session !== undefined) {
      const usage = await api.sessionUsage(session);
      if (json) printJson(host, usage);
      else printTable(host, [usageRow(usage.session_id, usage)], '');
      return exitCode.ok;
    }
    const usage = await api.usage(days);
    if (json) printJson(host, usage);
    else {
      const rows = usage.days.map(({ day, ...report }) => usageRow(day, report));
      printTable(
        host,
        rows.length === 0 ? [] : [...rows, usageRow('total', usage.total)],
        'Nothing used in these days.',
      );
    }
    return exitCode.ok;
  },
};

function usageRow(name: string, usage: UsageReport): string[] {
  const sent = usage.input_tokens + usage.cache_creation_input_tokens + usage.cache_read_input_tokens;
  return [
    name,
    `${usage.turns} ${usage.turns === 1 ? 'turn' : 'turns'}`,
    `${usage.steps} ${usage.steps === 1 ? 'step' : 'steps'}`,
    `${sent.toLocaleString('en')} in`,
    `${Math.round(100 * usage.cache_share)}% cached`,
    `${usage.output_tokens.toLocaleString('en')} out`,
    `$${usage.cost_usd.toFixed(4)}`,
  ];
}
