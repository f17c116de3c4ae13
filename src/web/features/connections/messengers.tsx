import { useRef, useState } from 'react';
import type { LinkedIdentity } from '#protocol/link.ts';
import type { Connections } from '#web/core/connections.ts';
import { formatDay } from '#web/core/format.ts';
import { words } from '#web/core/words.ts';
import { ConnectionPart, NotSetUp, Problem, Rows } from '#web/features/connections/connection-part.tsx';
import { EnterCode } from '#web/features/connections/enter-code.tsx';
import { LinkCodeMaker } from '#web/features/connections/link-code-maker.tsx';
import { nameOf } from '#web/features/connections/name-of.ts';
import { usePage } from '#web/page.ts';
import { Button } from '#web/ui/button.tsx';
import { ConfirmDialog } from '#web/ui/confirm-dialog.tsx';
import { useStore } from '#web/ui/use-store.ts';

const text = words.connections;

export function Messengers({
  connections,
  onLook,
}: {
  connections: Connections;
  /** Reads the list anew. */
  onLook: () => Promise<void>;
}) {
  const listing = useStore(connections.identities);
  const isSetUp = useStore(usePage().server, (server) => server?.messengers.length !== 0);
  const heading = useRef<HTMLHeadingElement>(null);
  const [doomed, setDoomed] = useState<LinkedIdentity | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  async function unlink({ id }: LinkedIdentity) {
    setDoomed(null);
    const gone = await connections.unlink(id);
    setProblem(gone ? null : text.unreachable);
    // The button that had the focus went with its row
    if (gone) heading.current?.focus();
  }

  return (
    <ConnectionPart title={text.messengers} lead={text.messengersLead} headingRef={heading}>
      <Rows
        listing={listing}
        loading={text.messengersLoading}
        failed={text.messengersFailed}
        empty={isSetUp ? text.messengersEmpty : <NotSetUp text={text.noMessenger} />}
        onRetry={() => void onLook()}
        row={(one) => (
          <li key={one.id} className="flex items-center gap-3 py-2 pr-2 pl-3.5">
            <div className="min-w-0 flex-1">
              <p className="line-clamp-2 text-sm font-medium wrap-anywhere">{nameOf(one)}</p>
              <p className="text-xs wrap-anywhere text-soft">
                {one.name !== null && `${one.platform_user_id} · `}
                {text.linkedOn(formatDay(Date.parse(one.linked_at)))}
              </p>
            </div>
            <Button look="quiet" aria-label={text.unlinkOne(nameOf(one))} onClick={() => setDoomed(one)}>
              {text.unlink}
            </Button>
          </li>
        )}
      />
      <Problem text={problem} />
      {isSetUp && (
        <>
          <LinkCodeMaker connections={connections} onLook={onLook} />
          <EnterCode connections={connections} onLinked={onLook} />
        </>
      )}
      {doomed !== null && (
        <ConfirmDialog
          title={text.unlinkTitle}
          text={text.unlinkText(nameOf(doomed))}
          yes={text.unlink}
          onYes={() => void unlink(doomed)}
          onClose={() => setDoomed(null)}
        />
      )}
    </ConnectionPart>
  );
}
