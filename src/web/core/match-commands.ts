import type { Command } from '#web/core/wire.ts';

const SHOWN = 8;

/** The commands that a message could still become; none once it is more than the beginning of a command. */
export function matchCommands(draft: string, commands: readonly Command[]): readonly Command[] {
  const typed = /^\/([\w:-]*)$/.exec(draft)?.[1]?.toLowerCase();
  if (typed === undefined) return [];
  const rank = ({ name }: Command) => (name.toLowerCase().startsWith(typed) ? 0 : 1);
  return commands
    .filter(({ name }) => name.toLowerCase().includes(typed))
    .toSorted((one, other) => rank(one) - rank(other))
    .slice(0, SHOWN);
}
