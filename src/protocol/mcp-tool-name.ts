/** The server and the tool of a name such as `mcp__tickets__find`; null for a tool of another kind. */
export function readMcpToolName(name: string): { readonly server: string; readonly tool: string } | null {
  const [, server, tool] = /^mcp__(.+?)__(.+)$/.exec(name) ?? [];
  return server === undefined || tool === undefined ? null : { server, tool };
}

/** A tool's name for people: `find · tickets` for `mcp__tickets__find`, other names as they are. */
export function toolTitle(name: string): string {
  const remote = readMcpToolName(name);
  return remote === null ? name : `${remote.tool} · ${remote.server}`;
}
