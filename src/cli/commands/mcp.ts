import { closest } from '#cli/closest.ts';
import type { Command } from '#cli/command.ts';
import { CliFailure, exitCode } from '#cli/failure.ts';
import { serverVerbs } from '#cli/mcp/server-verbs.ts';
import { tokenVerbs } from '#cli/mcp/token-verbs.ts';
import type { McpVerb } from '#cli/mcp/verb.ts';

const verbs = new Map<string, McpVerb>([
  ...Object.entries(tokenVerbs).map(([name, verb]) => [`token ${name}`, verb] as const),
  ...Object.entries(serverVerbs),
]);

export const mcpCommand: Command = {
  name: 'mcp',
  summary: 'tokens for programs that use your agents; servers that your agents use',
  help: `Usage:
  npx edgewise mcp token create <name>   prints it, this once
  npx edgewise mcp token list
  npx edgewise mcp token revoke <id>

Claude Desktop, Claude Code and others reach your sessions, files and agents at the server's /mcp with such a token.

  npx edgewise mcp servers               those that your agents use, as they stand for you
  npx edgewise mcp sign-in <name>        prints the address where you sign in
  npx edgewise mcp sign-out <name>

docs/mcp.md shows how to set both up.

Example: npx edgewise mcp token create my laptop`,
  options: {},
  async run(call) {
    const [noun = '', verb = 'list', ...rest] = call.positionals;
    const isToken = noun === 'token' || noun === 'tokens';
    const name = isToken ? `token ${verb}` : noun;
    const run = verbs.get(name);
    if (run === undefined) {
      if (noun === '') {
        throw new CliFailure(
          exitCode.usage,
          '`npx edgewise mcp` needs a verb. See `npx edgewise mcp --help`.',
        );
      }
      const meant = closest(name, [...verbs.keys()]);
      throw new CliFailure(
        exitCode.usage,
        `There is no \`mcp ${call.positionals.join(' ')}\`.${meant === undefined ? '' : ` Did you mean "${meant}"?`} See \`npx edgewise mcp --help\`.`,
      );
    }
    await run(call, isToken ? rest : call.positionals.slice(1));
    return exitCode.ok;
  },
};
