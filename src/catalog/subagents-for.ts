import type { Agent, Subagent } from '#catalog/parse-catalog.ts';

/** The subagents that an agent may hand work to, with what they take over from it. */
export const subagentsFor = (agent: Agent, subagents: readonly Subagent[]): readonly Subagent[] =>
  subagents
    .filter(({ id }) => agent.subagents.includes(id))
    .map((subagent) => ({
      ...subagent,
      tools: subagent.inherits?.includes('tools') ? [...agent.tools, 'mcp__*'] : subagent.tools,
      model: subagent.inherits?.includes('model') ? agent.model : subagent.model,
    }));
