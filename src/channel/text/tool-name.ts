/** `mcp__email__send_mail` is `send_mail` to a reader. */
export const shortToolName = (name: string): string => /^mcp__.+?__(.+)$/.exec(name)?.[1] ?? name;
