import type { UserItem } from '#web/core/thread.ts';
import { words } from '#web/core/words.ts';
import { FileChip } from '#web/features/files/file-chip.tsx';
import { MessageTime } from '#web/features/chat/message-time.tsx';
import { usePage } from '#web/page.ts';
import { CopyButton } from '#web/ui/copy-button.tsx';

/** `note` says what became of a prompt that the server has not confirmed. */
export function UserMessage({
  item,
  note,
}: {
  item: UserItem;
  note: 'sending' | 'waiting' | 'failed' | null;
}) {
  const { chat } = usePage();
  return (
    <article className="group lazy-item mt-7 flex flex-col items-end first:mt-0" aria-label={words.chat.you}>
      <h2 className="sr-only">{words.chat.you}</h2>
      {item.files.length > 0 && (
        <ul className="mb-1.5 flex flex-wrap justify-end gap-1.5">
          {item.files.map((name, index) => (
            <li key={index}>
              <FileChip name={name} />
            </li>
          ))}
        </ul>
      )}
      {item.text !== '' && (
        <p
          dir="auto"
          className={`max-w-[85%] rounded-3xl rounded-br-lg bg-wash px-4.5 py-2.5 wrap-anywhere whitespace-pre-wrap ${note === null ? '' : 'opacity-75'}`}
        >
          {item.text}
        </p>
      )}
      <div className="mt-0.5 flex min-h-6 items-center gap-2 text-xs text-soft">
        {note === 'sending' && words.chat.sending}
        {note === 'waiting' && words.chat.waiting}
        {note === 'failed' && (
          <>
            <span className="text-bad">{words.chat.notSent}</span>
            <button type="button" className="p-1 underline" onClick={() => chat.retryFailed(item.key)}>
              {words.chat.retry}
            </button>
            <button type="button" className="p-1 underline" onClick={() => chat.withdraw(item.key)}>
              {words.chat.remove}
            </button>
          </>
        )}
        {note === null && (
          <div className="flex items-center gap-2 opacity-0 transition-opacity group-focus-within:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100">
            <MessageTime at={item.at} />
            <CopyButton label={words.chat.copyMessage} text={() => item.text} />
          </div>
        )}
      </div>
    </article>
  );
}
