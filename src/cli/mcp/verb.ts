import type { CommandCall } from '#cli/command.ts';

/** What follows `edgewise mcp`, with the words after it. */
export type McpVerb = (call: CommandCall, words: readonly string[]) => Promise<void>;
