import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { words } from '#web/core/words.ts';
import { FilesTab } from '#web/features/files/files-tab.tsx';
import { AccountMenu } from '#web/features/auth/account-menu.tsx';
import { SessionsTab } from '#web/features/sessions/sessions-tab.tsx';
import { IconButton } from '#web/ui/button.tsx';
import { Logo } from '#web/ui/logo.tsx';
import { ThemeButton } from '#web/ui/theme-button.tsx';

const TABS = ['sessions', 'files'] as const;
type Tab = (typeof TABS)[number];

/** Beside the conversation; on a narrow screen a drawer over it. */
export function Sidebar({
  open,
  onClose,
  onPicked,
}: {
  open: boolean;
  onClose: () => void;
  onPicked: () => void;
}) {
  const [tab, setTab] = useState<Tab>('sessions');
  const tabs = useRef<HTMLDivElement>(null);
  const drawer = useRef<HTMLElement>(null);

  useEffect(() => {
    const element = drawer.current;
    if (!open || element === null || window.matchMedia('(width >= 768px)').matches) return;
    const before = document.activeElement;
    element.querySelector<HTMLElement>('button[aria-expanded]')?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, [open]);

  function onTabKey(event: KeyboardEvent<HTMLDivElement>) {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    const next = tab === 'sessions' ? 'files' : 'sessions';
    setTab(next);
    tabs.current?.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  }

  if (!open) return null;
  return (
    <>
      <div className="fixed inset-0 z-30 bg-[rgb(20_15_10/45%)] md:hidden" onClick={onClose} />
      <nav
        ref={drawer}
        aria-label={words.sessions.navigation}
        onKeyDown={(event) => {
          if (event.key === 'Escape' && window.matchMedia('(width < 768px)').matches) onClose();
        }}
        className="fixed inset-y-0 left-0 z-40 flex w-70 max-w-[86vw] shrink-0 flex-col border-r border-line bg-side pt-[env(safe-area-inset-top)] md:static"
      >
        <div className="flex h-13 shrink-0 items-center gap-2.5 pr-2 pl-4">
          <Logo size={24} />
          <span className="flex-1 font-serif text-lg">{words.product}</span>
          <span className="contents sm:hidden">
            <ThemeButton />
          </span>
          <IconButton icon="sidebar" label={words.header.closeSidebar} aria-expanded onClick={onClose} />
        </div>
        <div
          ref={tabs}
          role="tablist"
          aria-label={words.sessions.navigation}
          onKeyDown={onTabKey}
          className="mx-3 mb-2 grid grid-cols-2 gap-1 rounded-xl border border-line bg-sunken p-0.75"
        >
          {TABS.map((name) => (
            <button
              key={name}
              id={`tab-${name}`}
              type="button"
              role="tab"
              aria-selected={tab === name}
              aria-controls="sidebar-panel"
              tabIndex={tab === name ? 0 : -1}
              onClick={() => setTab(name)}
              className="h-8 rounded-lg text-sm font-medium text-soft hover:text-ink aria-selected:bg-card aria-selected:text-ink aria-selected:shadow-sm"
            >
              {words[name].tab}
            </button>
          ))}
        </div>
        <div
          id="sidebar-panel"
          role="tabpanel"
          aria-labelledby={`tab-${tab}`}
          className="relative min-h-0 flex-1 overflow-y-auto"
        >
          {tab === 'sessions' ? <SessionsTab onPicked={onPicked} /> : <FilesTab />}
        </div>
        <AccountMenu />
      </nav>
    </>
  );
}
