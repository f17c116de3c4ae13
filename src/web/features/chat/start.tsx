import { words } from '#web/core/words.ts';
import { usePage } from '#web/page.ts';
import { Button } from '#web/ui/button.tsx';
import { Icon } from '#web/ui/icon.tsx';
import { useStore } from '#web/ui/use-store.ts';

/** What a new conversation begins with: who should help. */
export function Start() {
  const page = usePage();
  const agents = useStore(page.agents);
  const visitor = useStore(page.visitor);
  const chosen = useStore(page.chat.state, (state) => state.agentId);
  const name = visitor.state === 'known' ? firstName(visitor.user.full_name) : '';
  return (
    <section aria-labelledby="greeting" className="relative min-h-0 flex-1 overflow-y-auto px-4">
      <div className="mx-auto flex min-h-full max-w-3xl flex-col justify-center py-8">
        <h2 id="greeting" className="text-center font-serif text-3xl leading-tight text-balance sm:text-4xl">
          {words.start.greeting(partOfDay(new Date().getHours()), name)}
        </h2>
        <p className="mt-2.5 text-center text-soft">{words.start.lead}</p>
        {agents.state === 'failed' ? (
          <div role="alert" className="mx-auto mt-8 flex items-center gap-3 text-bad">
            {words.start.agentsFailed}
            <Button onClick={() => void page.loadAgents()}>{words.retry}</Button>
          </div>
        ) : (
          <div role="group" aria-label={words.start.agents} className="mt-8 grid gap-3 sm:grid-cols-2">
            {agents.state === 'loading'
              ? [0, 1].map((index) => (
                  <div key={index} className="breathe h-28 rounded-2xl border border-line bg-card" />
                ))
              : agents.list.map((agent) => (
                  <button
                    key={agent.agent_id}
                    type="button"
                    aria-pressed={agent.agent_id === chosen}
                    onClick={() => {
                      page.chooseAgent(agent.agent_id);
                      document.querySelector<HTMLElement>('#composer')?.focus();
                    }}
                    className="group flex flex-col rounded-2xl border border-line bg-card p-4 text-left transition-[border-color,box-shadow] hover:border-line-strong hover:shadow-[0_4px_20px_var(--shadow)] aria-pressed:border-accent aria-pressed:shadow-[inset_0_0_0_1px_var(--accent)]"
                  >
                    <span className="flex items-center gap-2 font-semibold">
                      <Icon name="spark" size={17} className="text-accent" />
                      <span className="min-w-0 truncate">{agent.name}</span>
                      {agent.is_default && (
                        <span className="ml-auto rounded-full bg-wash px-2 py-0.5 text-xs font-medium text-accent">
                          {words.start.standard}
                        </span>
                      )}
                    </span>
                    <span className="mt-1.5 line-clamp-3 text-sm leading-relaxed text-soft">
                      {agent.description}
                    </span>
                    <span className="mt-auto pt-2.5 font-mono text-xs text-soft">{agent.model}</span>
                  </button>
                ))}
          </div>
        )}
      </div>
    </section>
  );
}

const firstName = (fullName: string): string => fullName.trim().split(/\s+/)[0] ?? '';

const partOfDay = (hour: number): string => {
  if (hour < 12) return words.start.morning;
  return hour < 18 ? words.start.afternoon : words.start.evening;
};
