import { useEffect, useMemo, useRef } from 'react';
import type { ChatState } from '#web/core/chat-state.ts';
import { nestCalls, type Nested } from '#web/core/nested-calls.ts';
import { isAsked, type ToolItem } from '#web/core/thread.ts';
import { words } from '#web/core/words.ts';
import { ThreadItem } from '#web/features/chat/thread-item.tsx';
import { UserMessage } from '#web/features/chat/user-message.tsx';
import { useFollowScroll } from '#web/features/chat/use-follow-scroll.ts';
import { WaitingCards } from '#web/features/waiting/waiting-cards.tsx';
import { waitingTitle } from '#web/features/waiting/waiting-title.ts';
import { usePage } from '#web/page.ts';
import { Button } from '#web/ui/button.tsx';
import { Icon } from '#web/ui/icon.tsx';
import { announce } from '#web/ui/notices.tsx';
import { Spinner } from '#web/ui/spinner.tsx';
import { useStore } from '#web/ui/use-store.ts';

const none: readonly ToolItem[] = [];

export function Conversation() {
  const { chat } = usePage();
  const { thread, history, sessionId, connection } = useStore(chat.state);
  const { box, content, detached, toEnd } = useFollowScroll(sessionId);
  useAnnouncements(thread);

  // What one sends oneself is always brought into view.
  const sent = thread.outbox.length;
  useEffect(() => {
    if (sent > 0) toEnd();
  }, [sent, toEnd]);

  const drawn = useRef<Nested>(undefined);
  const nested = useMemo(() => (drawn.current = nestCalls(thread.items, drawn.current)), [thread.items]);
  const lastKey = nested.items.at(-1)?.key;
  // `relative`: the texts for screen readers scroll with it, and do not make the page itself longer
  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={box}
        id="conversation"
        role="region"
        aria-label={words.chat.region}
        aria-live="off"
        tabIndex={0}
        onKeyDown={(event) => {
          if (event.key === 'Escape') chat.stop();
        }}
        className="relative h-full overflow-y-auto overscroll-contain px-4 focus-visible:-outline-offset-2"
      >
        <div ref={content} className="mx-auto max-w-3xl pt-4 pb-8">
          {history !== 'ready' && <HistoryState state={history} />}
          {nested.items.map((item) => (
            <ThreadItem
              key={item.key}
              item={item}
              inside={(item.kind === 'tool' ? nested.inside.get(item.id) : undefined) ?? none}
              live={thread.running && item.key === lastKey}
            />
          ))}
          {thread.outbox.map((item) => (
            <UserMessage
              key={item.key}
              item={item}
              note={item.failed ? 'failed' : connection.state === 'open' ? 'sending' : 'waiting'}
            />
          ))}
          <WaitingCards waiting={thread.waiting} />
          {(thread.running || thread.compacting) && (
            <div className="mt-5 flex items-center gap-2 text-sm text-soft">
              <span className="breathe size-2 rounded-full bg-accent" />
              {thread.stopping
                ? words.composer.stopping
                : isAsked(thread)
                  ? words.waiting.status
                  : thread.compacting
                    ? words.chat.compacting
                    : words.chat.replying}
            </div>
          )}
        </div>
      </div>
      {detached && (
        <button
          type="button"
          onClick={toEnd}
          className="absolute bottom-3 left-1/2 flex -translate-x-1/2 items-center gap-2 rounded-full border border-line bg-card py-1.5 pr-4 pl-3 text-sm shadow-[0_4px_16px_var(--shadow)] hover:bg-hover pointer-coarse:py-2.5"
        >
          <Icon name="down" size={16} />
          {words.chat.jump}
        </button>
      )}
    </div>
  );
}

function HistoryState({ state }: { state: Exclude<ChatState['history'], 'ready'> }) {
  const page = usePage();
  const sessionId = useStore(page.chat.state, (now) => now.sessionId);
  if (state === 'loading')
    return (
      <p role="status" className="flex items-center gap-3 py-8 text-soft">
        <Spinner /> {words.chat.loading}
      </p>
    );
  return (
    <div role="alert" className="my-8 rounded-2xl border border-line bg-card p-6">
      <p>{state === 'missing' ? words.chat.missing : words.chat.loadFailed}</p>
      <div className="mt-4 flex gap-2">
        {state === 'failed' && sessionId !== null && (
          <Button look="fill" onClick={() => void page.chat.open(sessionId, null)}>
            {words.retry}
          </Button>
        )}
        <Button onClick={() => page.newChat()}>{words.header.newChat}</Button>
      </div>
    </div>
  );
}

/** Beginning, end and failure of a reply, for those who do not see it. */
function useAnnouncements(thread: ChatState['thread']): void {
  const { running } = thread;
  const before = useRef(running);
  useEffect(() => {
    if (before.current !== running) announce(running ? words.chat.replying : words.chat.finished);
    before.current = running;
  }, [running]);
  // After the beginning of a reply, which is the same moment for a page that is opened while something waits
  const asked = thread.waiting.at(-1);
  const askedId = asked?.id;
  const title = asked === undefined ? null : waitingTitle(asked);
  useEffect(() => {
    if (title !== null) announce(title);
  }, [askedId, title]);
  const last = thread.items.at(-1);
  const problem = last?.kind === 'error' ? last.text : null;
  useEffect(() => {
    if (problem !== null) announce(problem, 'assertive');
  }, [problem]);
}
