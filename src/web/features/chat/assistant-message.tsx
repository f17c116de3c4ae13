import { words } from '#web/core/words.ts';
import { MarkdownText } from '#web/features/chat/markdown-text.tsx';
import { MessageTime } from '#web/features/chat/message-time.tsx';
import { CopyButton } from '#web/ui/copy-button.tsx';

/** `open`: more text may follow. `live`: it is the last thing of a running turn. */
export function AssistantMessage({
  text,
  open,
  live,
  stopped,
  at,
}: {
  text: string;
  open: boolean;
  live: boolean;
  stopped: boolean;
  at: number;
}) {
  return (
    <article className={`group mt-4 ${live ? '' : 'lazy-item'}`} aria-label={words.chat.assistant}>
      <h2 className="sr-only">{words.chat.assistant}</h2>
      <MarkdownText text={text} open={open} />
      {stopped && <p className="mt-1 text-sm text-soft">{words.chat.stopped}</p>}
      {!open && (
        <div className="mt-0.5 -mb-1 -ml-1.5 flex min-h-6 items-center gap-2 text-xs text-soft opacity-0 transition-opacity group-focus-within:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100">
          <CopyButton label={words.chat.copyMessage} text={() => text} />
          <MessageTime at={at} />
        </div>
      )}
    </article>
  );
}
