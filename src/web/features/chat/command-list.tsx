import { words } from '#web/core/words.ts';
import type { CommandMenu } from '#web/features/chat/use-command-menu.ts';

export const commandListId = 'commands';
export const commandId = (index: number): string => `command-${index}`;

/** Above the message field, which keeps the focus. */
export function CommandList({ menu: { matches, chosen, choose } }: { menu: CommandMenu }) {
  if (matches.length === 0) return null;
  return (
    <ul
      id={commandListId}
      role="listbox"
      aria-label={words.composer.commands}
      className="mb-2 overflow-hidden rounded-xl border border-line bg-card py-1 text-sm shadow-[0_4px_24px_var(--shadow)]"
    >
      {matches.map((command, index) => (
        <li
          key={command.name}
          id={commandId(index)}
          role="option"
          aria-selected={index === chosen}
          // The focus stays in the field
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => choose(command)}
          className="flex cursor-pointer items-baseline gap-3 px-3.5 py-1.5 hover:bg-hover aria-selected:bg-hover pointer-coarse:py-2.5"
        >
          <span className="shrink-0 font-medium">/{command.name}</span>
          {command.argument_hint !== null && (
            <span className="shrink-0 font-mono text-xs text-soft max-sm:hidden">
              {command.argument_hint}
            </span>
          )}
          <span className="min-w-0 truncate text-soft">{command.description}</span>
        </li>
      ))}
    </ul>
  );
}
