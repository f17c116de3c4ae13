import { noWords, oneWord } from '#cli/command.ts';
import { printJson, printLine } from '#cli/host.ts';
import type { McpVerb } from '#cli/mcp/verb.ts';
import { printTable } from '#cli/print-table.ts';
import { oneLine } from '#cli/style.ts';
import type { McpServerState } from '#protocol/mcp.ts';

const servers: McpVerb = async ({ host, api, json }, words) => {
  noWords('mcp', words);
  const list = await api.mcpServers();
  if (json) return printJson(host, list);
  printTable(
    host,
    list.map((server) => [server.name, server.signed_in ? 'signed in' : '', stateOf(server)]),
    'Your agents use no MCP servers. docs/mcp.md shows how to add one.',
  );
};

function stateOf({ name, state, tools, problem }: McpServerState): string {
  if (state === 'sign_in') return `needs you to sign in: npx edgewise mcp sign-in ${name}`;
  if (state === 'unavailable') return `not available${problem === null ? '' : `: ${problem}`}`;
  return `ready${tools === null ? '' : `, ${tools} ${tools === 1 ? 'tool' : 'tools'}`}`;
}

const signIn: McpVerb = async ({ host, api, json }, words) => {
  const name = oneWord('mcp', 'name', words);
  const { url } = await api.mcpSignIn(name);
  if (json) return printJson(host, { name, url });
  printLine(host, oneLine(url, Infinity));
  host.errors.write('Open this address in a browser within 10 minutes, to sign in there as yourself.\n');
};

const signOut: McpVerb = async ({ host, api, json }, words) => {
  const name = oneWord('mcp', 'name', words);
  await api.mcpSignOut(name);
  if (json) return printJson(host, { name, status: 'signed_out' });
  printLine(host, `Signed out of ${name}.`);
};

/** Other servers, as the user's agents use them. */
export const serverVerbs: Readonly<Record<string, McpVerb>> = {
  servers,
  'sign-in': signIn,
  'sign-out': signOut,
};
