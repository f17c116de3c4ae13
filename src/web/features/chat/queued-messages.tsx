import type { UserItem } from '#web/core/thread.ts';
import { words } from '#web/core/words.ts';
import { usePage } from '#web/page.ts';
import { IconButton } from '#web/ui/button.tsx';
import { useStore } from '#web/ui/use-store.ts';

/** What was sent while a reply was running, and can still be changed. */
export function QueuedMessages() {
  const { chat } = usePage();
  const queue = useStore(chat.state, (state) => state.thread.queue);
  if (queue.length === 0) return null;

  function edit(item: UserItem) {
    chat.withdraw(item.key);
    chat.write([item.text, chat.draft.get()].filter((text) => text !== '').join('\n\n'));
    document.querySelector<HTMLElement>('#composer')?.focus();
  }
  return (
    <ul aria-label={words.composer.queueLabel} className="mb-2 grid gap-1">
      {queue.map((item) => (
        <li
          key={item.key}
          className="flex items-center gap-2 rounded-xl border border-dashed border-line-strong py-1 pr-1.5 pl-3.5 text-sm"
        >
          <span className="text-xs font-medium text-accent">{words.composer.queued}</span>
          <span className="min-w-0 flex-1 truncate">
            {item.text === '' ? item.files.join(', ') : item.text}
          </span>
          <IconButton icon="pen" size={15} label={words.composer.edit} onClick={() => edit(item)} />
          <IconButton
            icon="close"
            size={15}
            label={words.composer.remove(item.text)}
            onClick={() => chat.withdraw(item.key)}
          />
        </li>
      ))}
    </ul>
  );
}
