import { parseMcpJson } from '#mcp/parse-mcp-json.ts';
import { secretNames } from '#mcp/fill-secrets.ts';
import { ServerName, type RemoteServer } from '#mcp/remote-server.ts';
import { Settings } from '#protocol/settings.ts';

export interface PluginMcpServers {
  /** Named `plugin_<plugin>_<name>`. */
  readonly servers: readonly RemoteServer[];
  /** A line for each server that is left out. */
  readonly warnings: readonly string[];
}

/**
 * Reads a plugin's `.mcp.json`: `{"mcpServers": {…}}`, or the servers alone. What cannot be used is left out with a
 * line that says why. A plugin is others' text, so it names no variables of the deployment but those that bear its name.
 */
export function parsePluginMcp(
  plugin: string,
  { path, text }: { readonly path: string; readonly text: string },
): PluginMcpServers {
  const read = parseMcpJson(path, wrapped(text));
  const own = `${plugin.toUpperCase().replaceAll('-', '_')}_`;
  const isOwn = (name: string) => name.startsWith(own) && !Object.hasOwn(Settings.shape, name);
  const foreign = ({ headers, oauth }: RemoteServer) =>
    secretNames({ ...headers, secret: oauth?.client_secret ?? '' }).find((name) => !isOwn(name));
  const named = read.servers.map((server) => ({ ...server, name: `plugin_${plugin}_${server.name}` }));
  return {
    servers: named.filter((server) => foreign(server) === undefined && isName(server.name)),
    warnings: [
      ...read.problems,
      ...named
        .filter(({ name }) => !isName(name))
        .map(({ name }) => `${path}: ${name} is too long for the name of a server; it may have 64 letters`),
      ...read.local.map(
        (name) =>
          `${path} mcpServers.${name}: runs a program, which a Worker cannot; run it with \`npx edgewise bridge\` and name its address in agents.yaml`,
      ),
      ...read.servers.flatMap((server) => {
        const name = foreign(server);
        return name === undefined
          ? []
          : [
              `${path} mcpServers.${server.name}: asks for the variable ${name}; a plugin may have only variables that begin with ${own}. To give it that one, name the server in agents.yaml`,
            ];
      }),
    ],
  };
}

const isName = (name: string) => ServerName.safeParse(name).success;

function wrapped(text: string): string {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return text;
  }
  const isBare = typeof json === 'object' && json !== null && !Object.hasOwn(json, 'mcpServers');
  return isBare ? JSON.stringify({ mcpServers: json }) : text;
}
