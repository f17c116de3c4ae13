import { z } from 'zod';
import { noWords, readOptions, type Command } from '#cli/command.ts';
import { exitCode } from '#cli/failure.ts';
import { printJson } from '#cli/host.ts';
import { printTable } from '#cli/print-table.ts';

const Options = z.object({ agent: z.string().optional() });

export const commandsCommand: Command = {
  name: 'commands',
  summary: 'list the commands that can begin a prompt, as /summarize does',
  help: `Usage: npx edgewise commands [--agent ID]

Options:
  -a, --agent ID    those of this agent (the default agent)

Example: npx edgewise commands --agent email-reader-x1y2z3`,
  options: { agent: { type: 'string', short: 'a' } },
  async run({ host, api, json, values, positionals }) {
    noWords('commands', positionals);
    const commands = await api.commands(readOptions('commands', Options, values).agent);
    if (json) printJson(host, commands);
    else {
      const rows = commands.map(({ name, argument_hint: hint, source, description }) => [
        `/${name}${hint === null ? '' : ` ${hint}`}`,
        source,
        description,
      ]);
      printTable(host, rows, 'No commands found.');
    }
    return exitCode.ok;
  },
};
