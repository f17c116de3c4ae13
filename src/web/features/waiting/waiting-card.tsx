import { useLayoutEffect, useRef, type ReactNode } from 'react';
import type { Waiting } from '#web/core/waiting.ts';
import { words } from '#web/core/words.ts';
import { focusConversation } from '#web/features/waiting/focus-conversation.ts';
import { waitingTitle } from '#web/features/waiting/waiting-title.ts';
import { usePage } from '#web/page.ts';
import { Icon } from '#web/ui/icon.tsx';
import { useStore } from '#web/ui/use-store.ts';

export function WaitingCard({ waiting, children }: { waiting: Waiting; children: ReactNode }) {
  const { chat } = usePage();
  const connected = useStore(chat.state, (state) => state.connection.state === 'open');
  const card = useRef<HTMLElement>(null);
  const sent = waiting.reply !== null;
  const title = waitingTitle(waiting);

  useLayoutEffect(() => {
    const element = card.current;
    return () => keepFocus(element);
  }, []);

  return (
    <section
      ref={card}
      aria-label={title}
      className="mt-5 grid grid-cols-1 gap-4 rounded-2xl border border-accent bg-card px-4 py-4 sm:px-5"
    >
      <h2 className="flex items-center gap-2 font-semibold">
        <Icon name="spark" size={16} className="text-accent" />
        {title}
      </h2>
      {children}
      {sent && (
        <p className="flex items-center gap-1.5 text-sm text-soft">
          {connected && <Icon name="check" size={15} />}
          {connected ? words.waiting.sent : words.waiting.toBeSent}
        </p>
      )}
    </section>
  );
}

/** Whoever was inside when it closed goes on in the conversation, not at the top of the page. */
function keepFocus(card: HTMLElement | null): void {
  if (card?.contains(document.activeElement) !== true) return;
  focusConversation();
}
