import { z } from 'zod';
import { readYaml } from '#catalog/read-yaml.ts';

/** A remote MCP server that a plugin brings. */
export interface PluginMcpServer {
  readonly name: string;
  /** Of the plugin. */
  readonly plugin: string;
  readonly type: 'http' | 'sse';
  readonly url: string;
  /** As written: `${NAME}` in them is not replaced yet. */
  readonly headers: Readonly<Record<string, string>>;
}

const server = z.union(
  [
    z.looseObject({ command: z.string() }),
    z.looseObject({
      type: z.enum(['http', 'sse', 'streamable-http']).default('http'),
      url: z.url({ protocol: /^https?$/ }),
      headers: z.record(z.string(), z.string()).default({}),
    }),
  ],
  { error: 'must have a "url" that begins with https://, or a "command"' },
);

/** A server's name is part of its tools' names, which the model's API restricts. */
const servers = z.record(
  z.string().regex(/^[A-Za-z0-9_-]{1,40}$/, 'may have 1 to 40 letters, digits, "-" and "_"'),
  server,
);

export interface PluginMcpServers {
  readonly servers: readonly PluginMcpServer[];
  readonly warnings: readonly string[];
}

/**
 * Reads a plugin's `.mcp.json`: `{"mcpServers": {…}}`, or the servers alone. What cannot be used is left out with a
 * line that says why.
 */
export function parsePluginMcp(
  plugin: string,
  file: { readonly path: string; readonly text: string },
): PluginMcpServers {
  const bare = z.record(z.string(), z.unknown());
  const shape = readYaml({ name: file.path, text: file.text, schema: bare, fields: [] });
  if (!shape.ok) return { servers: [], warnings: shape.problem };
  const isWrapped = Object.hasOwn(shape.value, 'mcpServers');
  const read = readYaml({
    name: file.path,
    text: file.text,
    schema: isWrapped ? z.object({ mcpServers: servers }).transform(({ mcpServers }) => mcpServers) : servers,
    fields: [],
  });
  if (!read.ok) return { servers: [], warnings: read.problem };
  const found = Object.entries(read.value);
  return {
    servers: found.flatMap(([name, entry]) =>
      isRemote(entry)
        ? [
            {
              name,
              plugin,
              type: entry.type === 'sse' ? 'sse' : 'http',
              url: entry.url,
              headers: entry.headers,
            },
          ]
        : [],
    ),
    warnings: found.flatMap(([name, entry]) =>
      isRemote(entry)
        ? []
        : [
            `${file.path} ${name}: runs a program (${entry.command}), which a Worker cannot; run it with \`edgewise bridge\` and name its address in agents.yaml`,
          ],
    ),
  };
}

type Entry = z.output<typeof server>;
const isRemote = (entry: Entry): entry is Extract<Entry, { url: string }> => typeof entry['url'] === 'string';
