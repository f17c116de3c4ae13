import type { Tool } from '#agent/tool.ts';
import type { Agent } from '#catalog/parse-catalog.ts';
import type { Session } from '#session/session.ts';
import { skillTool } from '#tools/skill.ts';

/** What the agent may call in one turn. */
export async function turnTools(session: Session, agent: Agent): Promise<readonly Tool[]> {
  const own = session.tools
    .filter(({ name }) => agent.tools.includes(name))
    .map((tool) => (tool.name === 'Skill' ? skillTool(session.workspace, agent.skills) : tool));
  return [...own, ...(await session.mcp.tools(agent, session.running?.ended ?? Promise.resolve()))];
}
