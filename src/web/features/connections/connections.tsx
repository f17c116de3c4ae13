import { useEffect, useState, type ReactNode } from 'react';
import { words } from '#web/core/words.ts';
import { usePage } from '#web/page.ts';
import { notify } from '#web/ui/notices.tsx';
import { useStore } from '#web/ui/use-store.ts';

type Dialog = (props: { onClose: () => void }) => ReactNode;

/** The dialog, once it is asked for: its code is not part of the first load. */
export function Connections() {
  const { connections } = usePage();
  const open = useStore(connections);
  const [Dialog, setDialog] = useState<Dialog | null>(null);
  const missing = open && Dialog === null;

  useEffect(() => {
    if (!missing) return;
    import('#web/features/connections/connections-dialog.tsx').then(
      ({ ConnectionsDialog }) => setDialog(() => ConnectionsDialog),
      () => {
        connections.set(false);
        notify(words.connections.failed);
      },
    );
  }, [missing, connections]);

  return open && Dialog !== null ? <Dialog onClose={() => connections.set(false)} /> : null;
}
