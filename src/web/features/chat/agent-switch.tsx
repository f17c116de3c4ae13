import { words } from '#web/core/words.ts';
import { usePage } from '#web/page.ts';
import { useStore } from '#web/ui/use-store.ts';

export function AgentSwitch() {
  const page = usePage();
  const agents = useStore(page.agents);
  const agentId = useStore(page.chat.state, (state) => state.agentId);
  if (agents.state !== 'ready') return null;
  return (
    <select
      aria-label={words.header.agent}
      title={words.header.agent}
      value={agentId ?? ''}
      onChange={(event) => page.chooseAgent(event.currentTarget.value)}
      className="field-sizing-content h-8 min-w-0 max-w-56 truncate rounded-lg bg-transparent px-0.5 text-[0.8125rem] text-soft hover:bg-hover hover:text-ink sm:px-1.5 sm:text-sm pointer-coarse:h-11"
    >
      {agentId === null && <option value="">{words.header.agent}</option>}
      {agents.list.map((agent) => (
        <option key={agent.agent_id} value={agent.agent_id} className="bg-card text-ink">
          {agent.name}
        </option>
      ))}
    </select>
  );
}
