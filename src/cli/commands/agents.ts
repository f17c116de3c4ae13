import type { Command } from '#cli/command.ts';
import { exitCode } from '#cli/failure.ts';
import { printJson } from '#cli/host.ts';
import { printTable } from '#cli/print-table.ts';

export const agentsCommand: Command = {
  name: 'agents',
  summary: 'list the agents you can talk to',
  help: `Usage: npx edgewise agents

The first column is what \`npx edgewise chat --agent\` takes; * marks the default.

Example: npx edgewise agents --json | jq -r '.[].name'`,
  options: {},
  async run({ host, api, json }) {
    const agents = await api.agents();
    if (json) printJson(host, agents);
    else {
      const rows = agents.map((agent) => [
        agent.agent_id,
        `${agent.is_default ? '* ' : ''}${agent.name}`,
        agent.description,
      ]);
      printTable(host, rows, 'No agents found.');
    }
    return exitCode.ok;
  },
};
