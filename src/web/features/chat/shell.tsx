import { useEffect, useState } from 'react';
import { words } from '#web/core/words.ts';
import { Banners } from '#web/features/chat/banners.tsx';
import { Composer } from '#web/features/chat/composer.tsx';
import { Conversation } from '#web/features/chat/conversation.tsx';
import { Header } from '#web/features/chat/header.tsx';
import { Start } from '#web/features/chat/start.tsx';
import { useAttachments } from '#web/features/files/use-attachments.ts';
import { Sidebar } from '#web/features/sessions/sidebar.tsx';
import { usePage } from '#web/page.ts';
import { Icon } from '#web/ui/icon.tsx';
import { useMedia } from '#web/ui/use-media.ts';
import { useStore } from '#web/ui/use-store.ts';

const SIDEBAR_KEY = 'edgewise.sidebar';
const narrow = window.matchMedia('(width < 768px)');

const isWanted = (): boolean => localStorage.getItem(SIDEBAR_KEY) !== 'closed';

/** The three parts of the signed-in page: sessions, conversation, composer. */
export function Shell() {
  const { chat } = usePage();
  const isStart = useStore(
    chat.state,
    ({ sessionId, thread }) => sessionId === null && thread.items.length === 0 && thread.outbox.length === 0,
  );
  const isNarrow = useMedia(narrow);
  const [sidebarOpen, setSidebarOpen] = useState(() => !isNarrow && isWanted());
  const isDrawerOpen = isNarrow && sidebarOpen;
  const attachments = useAttachments();
  const [dragging, setDragging] = useState(false);

  // What stood beside the conversation would lie over it
  useEffect(() => setSidebarOpen(!isNarrow && isWanted()), [isNarrow]);

  useEffect(() => {
    if (!narrow.matches) localStorage.setItem(SIDEBAR_KEY, sidebarOpen ? 'open' : 'closed');
  }, [sidebarOpen]);

  return (
    <div className="flex h-full">
      <Sidebar
        open={sidebarOpen}
        onClose={() => setSidebarOpen(false)}
        onPicked={() => {
          if (narrow.matches) setSidebarOpen(false);
        }}
      />
      <div
        inert={isDrawerOpen}
        className="relative flex h-full min-w-0 flex-1 flex-col"
        onDragOver={(event) => {
          if (event.dataTransfer?.types.includes('Files') !== true) return;
          event.preventDefault();
          setDragging(true);
        }}
        onDragLeave={(event) => {
          if (!(event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget)))
            setDragging(false);
        }}
        onDrop={(event) => {
          const files = Array.from(event.dataTransfer?.files ?? []);
          setDragging(false);
          if (files.length === 0) return;
          event.preventDefault();
          attachments.add(files);
        }}
      >
        <Header sidebarOpen={sidebarOpen} onToggleSidebar={() => setSidebarOpen(!sidebarOpen)} />
        <main className="flex min-h-0 flex-1 flex-col">
          <Banners />
          {isStart ? <Start /> : <Conversation />}
          <Composer attachments={attachments} />
        </main>
        {dragging && (
          <div className="pointer-events-none absolute inset-3 z-20 grid place-items-center rounded-3xl border-2 border-dashed border-accent bg-wash/95 text-lg text-accent">
            <span className="flex items-center gap-3">
              <Icon name="clip" size={24} /> {words.composer.drop}
            </span>
          </div>
        )}
      </div>
    </div>
  );
}
