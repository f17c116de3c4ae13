import { useEffect, useId, useRef, useState } from 'react';
import { createConnections } from '#web/core/connections.ts';
import { words } from '#web/core/words.ts';
import { McpServers } from '#web/features/connections/mcp-servers.tsx';
import { Messengers } from '#web/features/connections/messengers.tsx';
import { usePage } from '#web/page.ts';
import { IconButton } from '#web/ui/button.tsx';

/** Modal while mounted; the browser keeps the focus inside, and gives it back afterwards. */
export function ConnectionsDialog({ onClose }: { onClose: () => void }) {
  const { api } = usePage();
  const [connections] = useState(() => createConnections(api));
  // What is behind a modal dialog is silent, and so is the page's own status
  const [said, say] = useState('');
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();

  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);

  useEffect(() => {
    const load = () => {
      void connections.loadServers();
      void loadIdentities();
    };
    load();
    // Whoever comes back may have signed in, or sent the code, in another window
    window.addEventListener('focus', load);
    return () => window.removeEventListener('focus', load);
  }, [connections]);

  async function loadIdentities() {
    const [linked] = await connections.loadIdentities();
    if (linked !== undefined) say(words.connections.linked(words.connections.platforms[linked.platform]));
  }

  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onClose={onClose}
      className="max-h-[calc(100dvh-2rem)] w-[min(36rem,calc(100vw-2rem))] overflow-y-auto rounded-2xl border border-line bg-card shadow-xl"
    >
      <div className="sticky top-0 z-10 flex items-center gap-2 border-b border-line bg-card py-3 pr-3 pl-5 sm:pl-6">
        <h2 id={id} className="flex-1 text-lg font-semibold">
          {words.connections.title}
        </h2>
        <IconButton icon="close" label={words.close} onClick={onClose} />
      </div>
      <div className="grid grid-cols-1 gap-8 px-5 py-5 sm:px-6 sm:pb-6">
        <Messengers connections={connections} onLook={loadIdentities} />
        <McpServers connections={connections} />
      </div>
      <p role="status" className="sr-only">
        {said}
      </p>
    </dialog>
  );
}
