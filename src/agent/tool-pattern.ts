/** Whether a name in a list means a tool: its own name, `mcp__github__*`, or `mcp__github` for all of a server. */
export function matchesTool(pattern: string, tool: string): boolean {
  if (pattern === tool) return true;
  if (!pattern.startsWith('mcp__')) return false;
  return pattern.endsWith('*') ? tool.startsWith(pattern.slice(0, -1)) : tool.startsWith(`${pattern}__`);
}

interface ToolLists {
  readonly tools: readonly string[];
  readonly disallowedTools: readonly string[];
}

/**
 * Whether an agent may call a tool of one of its MCP servers. `prefix` is how the names of that server's tools begin. All
 * but the disallowed ones, unless its list names some of that server: then those.
 */
export function mayCall({ tools, disallowedTools }: ToolLists, prefix: string, tool: string): boolean {
  if (disallowedTools.some((pattern) => matchesTool(pattern, tool))) return false;
  const named = tools.filter((pattern) => pattern.startsWith(prefix));
  return named.length === 0 || named.some((pattern) => matchesTool(pattern, tool));
}

/** Whether all of a server's tools are disallowed: then it need not even be asked for them. */
export const isServerDisallowed = ({ disallowedTools }: Pick<ToolLists, 'disallowedTools'>, prefix: string) =>
  disallowedTools.some((pattern) => matchesTool(pattern, prefix));
