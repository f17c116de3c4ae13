import { closest } from '#cli/closest.ts';
import { noWords, oneWord, type Command, type CommandCall } from '#cli/command.ts';
import { CliFailure, exitCode } from '#cli/failure.ts';
import { printJson, printLine } from '#cli/host.ts';
import { printTable } from '#cli/print-table.ts';

type Verb = (call: CommandCall, words: readonly string[]) => Promise<void>;

const create: Verb = async ({ host, api, config, json }, words) => {
  const made = await api.makeMcpToken(oneWord('mcp', 'name', [words.join(' ')]));
  if (json) return printJson(host, made);
  printLine(host, made.token);
  host.errors.write(
    `This token is not shown again. Whoever has it works in your name, at ${config.server}/mcp.\n` +
      `Revoke it with \`edgewise mcp token revoke ${made.id}\`.\n`,
  );
};

const list: Verb = async ({ host, api, json }, words) => {
  noWords('mcp', words);
  const tokens = await api.mcpTokens();
  if (json) return printJson(host, tokens);
  printTable(
    host,
    tokens.map(({ id, created_at, last_used_at, name }) => [
      id,
      `made ${created_at.slice(0, 10)}`,
      last_used_at === null ? 'never used' : `used ${last_used_at.slice(0, 10)}`,
      name,
    ]),
    'No tokens. `edgewise mcp token create <name>` makes one.',
  );
};

const revoke: Verb = async ({ host, api, json }, words) => {
  const id = oneWord('mcp', 'id', words);
  const { status } = await api.revokeMcpToken(id);
  if (json) return printJson(host, { id, status });
  printLine(host, 'Revoked.');
};

const verbs: Readonly<Record<string, Verb>> = { create, list, revoke };

export const mcpCommand: Command = {
  name: 'mcp',
  summary: 'make, list or revoke tokens by which other programs use your agents',
  help: `Usage:
  edgewise mcp token create <name>   prints it, this once
  edgewise mcp token list
  edgewise mcp token revoke <id>

Claude Desktop, Claude Code and others reach your sessions, files and agents at the server's /mcp with such a token.
docs/mcp.md shows how to set them up.`,
  options: {},
  async run(call) {
    const [noun, name = 'list', ...words] = call.positionals;
    const verb = noun === 'token' || noun === 'tokens' ? verbs[name] : undefined;
    if (verb === undefined) {
      const meant = noun === 'token' ? closest(name, Object.keys(verbs)) : undefined;
      throw new CliFailure(
        exitCode.usage,
        `There is no \`mcp ${call.positionals.join(' ')}\`.${meant === undefined ? '' : ` Did you mean "token ${meant}"?`} See \`edgewise mcp --help\`.`,
      );
    }
    await verb(call, words);
    return exitCode.ok;
  },
};
