import { useState } from 'react';
import { groupByDay } from '#web/core/day-groups.ts';
import { sessionTitle } from '#web/core/sessions.ts';
import { words } from '#web/core/words.ts';
import { SearchField } from '#web/features/sessions/search-field.tsx';
import { SearchResults } from '#web/features/sessions/search-results.tsx';
import { SessionRow } from '#web/features/sessions/session-row.tsx';
import { usePage } from '#web/page.ts';
import { Button } from '#web/ui/button.tsx';
import { ConfirmDialog } from '#web/ui/confirm-dialog.tsx';
import { notify } from '#web/ui/notices.tsx';
import { useStore } from '#web/ui/use-store.ts';

export function SessionsTab({ onPicked }: { onPicked: () => void }) {
  const page = usePage();
  const { list, next, state } = useStore(page.sessions.sessions);
  const search = useStore(page.sessions.search);
  const open = useStore(page.chat.state, (now) => now.sessionId);
  const [doomed, setDoomed] = useState<{ id: string; name: string } | null>(null);

  function pick(id: string) {
    page.router.go(`/s/${id}`);
    onPicked();
  }
  async function remove(id: string) {
    setDoomed(null);
    if (!(await page.sessions.remove(id))) return notify(words.sessions.deleteFailed);
    page.chat.forget(id);
    if (page.chat.state.get().sessionId === id) page.newChat();
  }

  return (
    <>
      <SearchField />
      {search.state !== 'off' ? (
        <SearchResults search={search} open={open} onPick={pick} />
      ) : (
        <>
          {state === 'loading' && <Skeleton />}
          {state === 'failed' && (
            <div role="alert" className="grid justify-items-start gap-3 px-4 py-6 text-sm">
              {words.sessions.failed}
              <Button onClick={() => void page.sessions.refresh()}>{words.retry}</Button>
            </div>
          )}
          {state === 'ready' && list.length === 0 && (
            <p className="px-4 py-6 text-sm text-soft">{words.sessions.empty}</p>
          )}
          {groupByDay(list, (one) => Date.parse(one.created_at), Date.now()).map(({ group, values }) => (
            <section key={group} aria-label={words.sessions[group]} className="px-2 pb-3">
              <h2 className="px-2.5 py-1.5 text-xs font-medium text-soft">{words.sessions[group]}</h2>
              <ul className="grid grid-cols-[minmax(0,1fr)] gap-px">
                {values.map((one) => (
                  <SessionRow
                    key={one.session_id}
                    title={sessionTitle(one) ?? words.sessions.untitled}
                    name={one.name ?? ''}
                    current={one.session_id === open}
                    path={`/s/${one.session_id}`}
                    onPick={() => pick(one.session_id)}
                    onRename={async (name) => {
                      if (!(await page.sessions.rename(one.session_id, name)))
                        notify(words.sessions.renameFailed);
                    }}
                    onDelete={() =>
                      setDoomed({ id: one.session_id, name: sessionTitle(one) ?? words.sessions.untitled })
                    }
                  />
                ))}
              </ul>
            </section>
          ))}
          {next !== null && (
            <div className="grid px-3 pb-4">
              <Button look="quiet" onClick={() => void page.sessions.more()}>
                {words.sessions.more}
              </Button>
            </div>
          )}
        </>
      )}
      {doomed !== null && (
        <ConfirmDialog
          title={words.sessions.deleteTitle}
          text={words.sessions.deleteText(doomed.name)}
          yes={words.sessions.deleteYes}
          onYes={() => void remove(doomed.id)}
          onClose={() => setDoomed(null)}
        />
      )}
    </>
  );
}

const Skeleton = () => (
  <div aria-hidden="true" className="breathe grid gap-3 px-4 py-3">
    {[70, 85, 55, 78, 62].map((width) => (
      <div key={width} className="h-4 rounded bg-line" style={{ width: `${width}%` }} />
    ))}
  </div>
);
