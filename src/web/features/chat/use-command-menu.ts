import { useEffect, useState, type KeyboardEvent } from 'react';
import { matchCommands } from '#web/core/match-commands.ts';
import type { Command } from '#web/core/wire.ts';
import { usePage } from '#web/page.ts';
import { useStore } from '#web/ui/use-store.ts';

const steps = new Map([
  ['ArrowDown', 1],
  ['ArrowUp', -1],
]);

export interface CommandMenu {
  readonly matches: readonly Command[];
  /** Its place among the matches. */
  readonly chosen: number;
  readonly choose: (command: Command) => void;
  /** Whether the key was for the menu. */
  onKeyDown(event: KeyboardEvent<HTMLElement>): boolean;
}

/** The commands that fit what is typed, for as long as it can be one. Escape closes the list until something else is typed. */
export function useCommandMenu(draft: string): CommandMenu {
  const { api, chat } = usePage();
  const agentId = useStore(chat.state, (state) => state.agentId);
  const [commands, setCommands] = useState<readonly Command[]>([]);
  const [at, setAt] = useState({ draft: '', chosen: 0, closed: false });
  const isTyping = draft.startsWith('/');
  useEffect(() => {
    if (!isTyping) return;
    let current = true;
    const load = async () => {
      const answer = await api.commands(agentId);
      if (current && answer.ok) setCommands(answer.value.commands);
    };
    void load();
    return () => {
      current = false;
    };
  }, [isTyping, agentId, api]);

  const { chosen, closed } = at.draft === draft ? at : { chosen: 0, closed: false };
  const matches = closed ? [] : matchCommands(draft, commands);
  const choose = ({ name }: Command) => chat.write(`/${name} `);

  return {
    matches,
    chosen,
    choose,
    onKeyDown(event) {
      const command = matches[chosen];
      if (command === undefined) return false;
      const step = steps.get(event.key);
      if (step !== undefined) {
        setAt({ draft, chosen: (chosen + step + matches.length) % matches.length, closed: false });
      } else if (event.key === 'Escape') setAt({ draft, chosen, closed: true });
      else if (event.key === 'Tab' || (event.key === 'Enter' && draft !== `/${command.name}`))
        choose(command);
      else return false;
      event.preventDefault();
      return true;
    },
  };
}
