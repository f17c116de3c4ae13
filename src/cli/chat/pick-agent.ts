import type { CommandCall } from '#cli/command.ts';
import type { AskDeps } from '#cli/chat/ask-questions.ts';
import { printable } from '#cli/style.ts';

/** A numbered menu; Enter takes the default. Without agents the choice is the server's. */
export async function pickAgent(
  { api }: CommandCall,
  { reader, say, style }: AskDeps,
): Promise<{ readonly agentId: string | undefined } | 'quit'> {
  const agents = await api.agents();
  const usual = agents.find(({ is_default }) => is_default) ?? agents[0];
  if (usual === undefined || agents.length === 1) return { agentId: usual?.agent_id };
  say(style.bold('Agents:'));
  for (const [index, { name, description, agent_id }] of agents.entries()) {
    const mark = agent_id === usual.agent_id ? ' (default)' : '';
    say(`  ${index + 1}. ${printable(name)}${mark}${style.dim(` – ${printable(description)}`)}`);
  }
  for (;;) {
    const read = await reader.next(`Which one? [${agents.indexOf(usual) + 1}] `);
    if (read.kind !== 'line') return 'quit';
    const typed = read.text.trim();
    const chosen =
      typed === '' ? usual : (agents[Number(typed) - 1] ?? agents.find((one) => one.agent_id === typed));
    if (chosen !== undefined) return { agentId: chosen.agent_id };
    say(style.dim(`Type a number from 1 to ${agents.length}.`));
  }
}
