import type { Command } from '#cli/command.ts';
import { exitCode } from '#cli/failure.ts';
import { printJson } from '#cli/host.ts';
import { printTable } from '#cli/print-table.ts';

export const skillsCommand: Command = {
  name: 'skills',
  summary: 'list the skills an agent can use',
  help: `Usage: npx edgewise skills

Example: npx edgewise skills --json | jq -r '.[].name'`,
  options: {},
  async run({ host, api, json }) {
    const skills = await api.skills();
    if (json) printJson(host, skills);
    else
      printTable(
        host,
        skills.map(({ name, description }) => [name, description]),
        'No skills found.',
      );
    return exitCode.ok;
  },
};
