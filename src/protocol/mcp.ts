import { z } from 'zod';

/** An MCP server of the configuration, as it stands for one user. */
export const McpServerState = z.object({
  name: z.string(),
  /** `sign_in`: the user has to sign in there first. */
  state: z.enum(['ready', 'sign_in', 'unavailable']),
  /** How many tools it has; null unless it is ready. */
  tools: z.number().int().nullable(),
  /** Why it cannot be used, for people. */
  problem: z.string().nullable(),
  /** Whether a sign-in of the user is kept. */
  signed_in: z.boolean(),
});
export type McpServerState = z.infer<typeof McpServerState>;

export const McpServerList = z.object({ servers: z.array(McpServerState) });

/** Where the user begins to sign in; valid for ten minutes. */
export const McpSignInStart = z.object({ url: z.string() });
