import { z } from 'zod';
import { RemoteServerFields, ServerName, toRemoteServer, type RemoteServer } from '#mcp/remote-server.ts';

/** A program on somebody's machine: `edgewise bridge` can serve it, a Worker cannot start it. */
const LocalServer = z.looseObject({ type: z.literal('stdio').optional(), command: z.string() });

const RemoteEntry = RemoteServerFields.omit({ transport: true }).extend({
  type: z.enum(['http', 'streamable-http', 'sse']).default('http'),
});

const McpJson = z.looseObject({ mcpServers: z.record(ServerName, z.unknown()).default({}) });

export interface McpJsonServers {
  readonly servers: readonly RemoteServer[];
  /** Names of those that are programs. */
  readonly local: readonly string[];
  /** A line each: `.mcp.json mcpServers.name.url: what is wrong`. */
  readonly problems: readonly string[];
}

/** Reads an `.mcp.json`. Contract: an entry that is wrong is a problem, and leaves the others as they are. */
export function parseMcpJson(name: string, text: string): McpJsonServers {
  const nothing = { servers: [], local: [] };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ...nothing, problems: [`${name}: is not JSON`] };
  }
  const file = McpJson.safeParse(json);
  if (!file.success) return { ...nothing, problems: lines(name, [], file.error) };

  const servers: RemoteServer[] = [];
  const local: string[] = [];
  const problems: string[] = [];
  for (const [server, entry] of Object.entries(file.data.mcpServers)) {
    if (LocalServer.safeParse(entry).success) {
      local.push(server);
      continue;
    }
    const parsed = RemoteEntry.safeParse(entry);
    if (!parsed.success) {
      problems.push(...lines(name, ['mcpServers', server], parsed.error));
      continue;
    }
    const { type, ...fields } = parsed.data;
    servers.push(toRemoteServer(server, { ...fields, transport: type === 'sse' ? 'sse' : 'http' }));
  }
  return { servers, local, problems };
}

const lines = (name: string, start: readonly string[], error: z.ZodError): string[] =>
  error.issues.map(({ path, message }) => `${name} ${[...start, ...path].join('.')}: ${message}`);
