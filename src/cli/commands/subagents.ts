import type { Command } from '#cli/command.ts';
import { exitCode } from '#cli/failure.ts';
import { printJson } from '#cli/host.ts';
import { printTable } from '#cli/print-table.ts';

export const subagentsCommand: Command = {
  name: 'subagents',
  summary: 'list the helpers an agent may hand work to',
  help: `Usage: npx edgewise subagents

Example: npx edgewise subagents --json | jq -r '.[].name'`,
  options: {},
  async run({ host, api, json }) {
    const subagents = await api.subagents();
    if (json) printJson(host, subagents);
    else
      printTable(
        host,
        subagents.map(({ name, focus }) => [name, focus]),
        'No subagents found.',
      );
    return exitCode.ok;
  },
};
