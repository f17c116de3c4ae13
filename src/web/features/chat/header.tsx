import { useEffect } from 'react';
import { sessionTitle } from '#web/core/sessions.ts';
import { words } from '#web/core/words.ts';
import { AgentSwitch } from '#web/features/chat/agent-switch.tsx';
import { usePage } from '#web/page.ts';
import { Button, IconButton } from '#web/ui/button.tsx';
import { Icon } from '#web/ui/icon.tsx';
import { ThemeButton } from '#web/ui/theme-button.tsx';
import { useStore } from '#web/ui/use-store.ts';

export function Header({
  sidebarOpen,
  onToggleSidebar,
}: {
  sidebarOpen: boolean;
  onToggleSidebar: () => void;
}) {
  const page = usePage();
  const sessionId = useStore(page.chat.state, (state) => state.sessionId);
  const session = useStore(page.sessions.sessions, ({ list }) =>
    list.find((one) => one.session_id === sessionId),
  );
  const compacting = useStore(page.chat.state, (state) => state.thread.compacting);
  const title = session === undefined ? null : sessionTitle(session);
  useEffect(() => {
    document.title = title === null ? words.product : `${title} – ${words.product}`;
  }, [title]);
  return (
    <header className="flex h-[calc(3.25rem+env(safe-area-inset-top))] shrink-0 items-center gap-1.5 px-3 pt-[env(safe-area-inset-top)]">
      {!sidebarOpen && (
        <IconButton
          icon="sidebar"
          label={words.header.openSidebar}
          aria-expanded={false}
          onClick={onToggleSidebar}
        />
      )}
      <h1 className="min-w-0 flex-1 truncate px-1.5 text-sm font-medium" title={title ?? undefined}>
        {title ??
          (sessionId === null ? <span className="sr-only">{words.product}</span> : words.sessions.untitled)}
      </h1>
      {sessionId !== null && (
        <IconButton
          icon="compact"
          label={words.chat.compact}
          disabled={compacting}
          onClick={() => page.chat.send({ text: '/compact', files: [] })}
        />
      )}
      {/* On a narrow screen the title needs the room: these stand beside the composer and in the sidebar */}
      <span className="contents max-sm:hidden">
        {sessionId !== null && <AgentSwitch />}
        <ThemeButton />
      </span>
      <Button onClick={() => page.newChat()} title={words.header.newChat} aria-label={words.header.newChat}>
        <Icon name="plus" size={16} />
        <span className="max-sm:hidden">{words.header.newChat}</span>
      </Button>
    </header>
  );
}
