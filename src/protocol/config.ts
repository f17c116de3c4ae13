import { z } from 'zod';

export const AgentList = z.object({
  agents: z.array(
    z.object({
      agent_id: z.string(),
      name: z.string(),
      description: z.string(),
      model: z.string(),
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

/** What the page has to know of the server. */
export const PageConfig = z.object({
  /** No model is configured: a script answers. */
  demo: z.boolean(),
});
