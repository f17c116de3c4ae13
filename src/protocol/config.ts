import { z } from 'zod';
import { PlatformName } from '#protocol/platform.ts';
import { PermissionMode } from '#protocol/server-event.ts';

export const AgentList = z.object({
  agents: z.array(
    z.object({
      agent_id: z.string(),
      name: z.string(),
      description: z.string(),
      model: z.string(),
      /** What it may do without asking, unless a session says otherwise. */
      permission_mode: PermissionMode,
      is_default: z.boolean(),
    }),
  ),
});
export type AgentList = z.infer<typeof AgentList>;

export const SubagentList = z.object({
  subagents: z.array(z.object({ name: z.string(), focus: z.string() })),
});
export type SubagentList = z.infer<typeof SubagentList>;

export const SkillList = z.object({
  skills: z.array(z.object({ name: z.string(), description: z.string() })),
});
export type SkillList = z.infer<typeof SkillList>;

/** What may begin a prompt, as `/name`. */
export const CommandList = z.object({
  commands: z.array(
    z.object({
      /** As short as it can be without meaning another command too. */
      name: z.string(),
      description: z.string(),
      /** What may follow the name; null if nothing is said of it. */
      argument_hint: z.string().nullable(),
      /** `project`, `edgewise` for those that it has by itself, or the plugin's name. */
      source: z.string(),
    }),
  ),
});
export type CommandList = z.infer<typeof CommandList>;

/** The plugins that agents have. */
export const PluginList = z.object({
  plugins: z.array(
    z.object({
      name: z.string(),
      description: z.string(),
      version: z.string().nullable(),
      /** Null for one that lies in the project itself. */
      marketplace: z.string().nullable(),
      skills: z.array(z.string()),
      subagents: z.array(z.string()),
      commands: z.array(z.string()),
      mcp_servers: z.array(z.string()),
      /** Ids of the agents that have it. */
      agents: z.array(z.string()),
    }),
  ),
});
export type PluginList = z.infer<typeof PluginList>;

/** What the page has to know of the server. */
export const PageConfig = z.object({
  /** No model is configured: a script answers. */
  demo: z.boolean(),
  /** Those that are set up, so that chats of theirs can be linked. */
  messengers: z.array(PlatformName),
});
export type PageConfig = z.infer<typeof PageConfig>;
