import { noWords, oneWord } from '#cli/command.ts';
import { printJson, printLine } from '#cli/host.ts';
import type { McpVerb } from '#cli/mcp/verb.ts';
import { printTable } from '#cli/print-table.ts';

const create: McpVerb = async ({ host, api, config, json }, words) => {
  const made = await api.makeMcpToken(oneWord('mcp', 'name', [words.join(' ')]));
  if (json) return printJson(host, made);
  printLine(host, made.token);
  host.errors.write(
    `This token is not shown again. Whoever has it works in your name, at ${config.server}/mcp.\n` +
      `Revoke it with \`npx edgewise mcp token revoke ${made.id}\`.\n`,
  );
};

const list: McpVerb = async ({ host, api, json }, words) => {
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
    'No tokens. `npx edgewise mcp token create <name>` makes one.',
  );
};

const revoke: McpVerb = async ({ host, api, json }, words) => {
  const id = oneWord('mcp', 'id', words);
  const { status } = await api.revokeMcpToken(id);
  if (json) return printJson(host, { id, status });
  printLine(host, 'Revoked.');
};

/** Tokens by which other programs come to this server. */
export const tokenVerbs: Readonly<Record<string, McpVerb>> = { create, list, revoke };
