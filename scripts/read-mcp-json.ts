import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseMcpJson } from '#mcp/parse-mcp-json.ts';
import type { RemoteServer } from '#mcp/remote-server.ts';

const NAME = '.mcp.json';

/** The project's own MCP servers. What cannot be used is left out, and `warnings` has a line for each. */
export function readMcpJson(root: string): {
  readonly servers: readonly RemoteServer[];
  readonly warnings: readonly string[];
} {
  const path = join(root, NAME);
  if (!existsSync(path)) return { servers: [], warnings: [] };
  const { servers, local, problems } = parseMcpJson(NAME, readFileSync(path, 'utf8'));
  const skipped = local.map(
    (name) =>
      `${NAME} mcpServers.${name}: runs a program, which a Worker cannot; run it with \`npx edgewise bridge\` and name its address instead`,
  );
  return { servers, warnings: [...problems, ...skipped] };
}
