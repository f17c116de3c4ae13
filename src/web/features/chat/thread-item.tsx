import { memo } from 'react';
import type { Item, ToolItem } from '#web/core/thread.ts';
import { words } from '#web/core/words.ts';
import { AssistantMessage } from '#web/features/chat/assistant-message.tsx';
import { SummaryDivider } from '#web/features/chat/summary-divider.tsx';
import { UserMessage } from '#web/features/chat/user-message.tsx';
import { ToolCard } from '#web/features/tools/tool-card.tsx';
import { Icon } from '#web/ui/icon.tsx';

/** Drawn again only when it changed: an item that did not is the same object. */
export const ThreadItem = memo(function ThreadItem({
  item,
  inside,
  live,
}: {
  item: Item;
  inside: readonly ToolItem[];
  live: boolean;
}) {
  switch (item.kind) {
    case 'user':
      return <UserMessage item={item} note={null} />;
    case 'assistant':
      return (
        <AssistantMessage
          text={item.text}
          open={item.open}
          live={live}
          stopped={item.stopped === true}
          at={item.at}
        />
      );
    case 'thought':
      return (
        <details className="group mt-5 text-sm text-soft">
          <summary className="flex w-fit list-none items-center gap-1.5 rounded-md py-1 pr-2 hover:text-ink">
            <Icon name="chevron" size={14} className="transition-transform group-open:rotate-90" />
            {words.chat.thought}
          </summary>
          <p className="mt-1 ml-1.5 border-l-2 border-line pl-4 wrap-anywhere whitespace-pre-wrap">
            {item.text}
          </p>
        </details>
      );
    case 'tool':
      return <ToolCard item={item} inside={inside} />;
    case 'summary':
      return <SummaryDivider text={item.text} />;
    case 'error':
      return (
        <div className="mt-5 flex gap-3 rounded-xl bg-bad-wash px-4 py-3 text-bad">
          <Icon name="warning" className="mt-0.5" />
          <div className="min-w-0">
            <p className="font-semibold">{words.chat.error}</p>
            <p className="wrap-anywhere whitespace-pre-wrap">{item.text}</p>
          </div>
        </div>
      );
  }
});
