import { words } from '#web/core/words.ts';
import { MarkdownText } from '#web/features/chat/markdown-text.tsx';
import { Icon } from '#web/ui/icon.tsx';

/** Where the agent's memory of what is above became a summary; open, it says which. */
export function SummaryDivider({ text }: { text: string }) {
  return (
    <details className="group mt-6 text-sm text-soft">
      <summary className="flex list-none items-center gap-3 rounded-md py-1 before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line hover:text-ink">
        <h2 className="flex items-center gap-1.5">
          <Icon name="chevron" size={14} className="transition-transform group-open:rotate-90" />
          {words.chat.compacted}
        </h2>
      </summary>
      <div className="mt-2 rounded-xl border border-line bg-card px-4 py-3">
        <MarkdownText text={text} open={false} />
      </div>
    </details>
  );
}
