/** The Messages API refuses a request with a longer name in it: ^[a-zA-Z0-9_-]{1,128}$ */
const LONGEST_NAME = 128;

/** `mcp__server__`: how the names of all tools of a server begin. */
export const toolPrefix = (server: string): string => `mcp__${server}__`;

/**
 * Names tools the way the Messages API allows. Contract: every name is given once, and the same list gives the same
 * names; `taken` grows by those given.
 */
export function toolName(server: string, tool: string, taken: Set<string>): string {
  const whole = toolPrefix(server) + (tool.replaceAll(/[^a-zA-Z0-9_-]/g, '_') || 'tool');
  let name = whole.slice(0, LONGEST_NAME);
  for (let number = 2; taken.has(name); number += 1) {
    const ending = `_${number}`;
    name = whole.slice(0, LONGEST_NAME - ending.length) + ending;
  }
  taken.add(name);
  return name;
}
