import { useEffect, useState } from 'react';
import { words } from '#web/core/words.ts';
import { usePage } from '#web/page.ts';
import { Icon } from '#web/ui/icon.tsx';
import { useStore } from '#web/ui/use-store.ts';

/** A connection that comes back at once is not worth a word. */
const PATIENCE_MS = 700;

export function Banners() {
  const page = usePage();
  const demo = useStore(page.server, (server) => server?.demo === true);
  const connection = useStore(page.chat.state, (state) => state.connection);
  const [lost, setLost] = useState(false);
  const troubled = connection.state === 'waiting' || (connection.state === 'connecting' && lost);
  useEffect(() => {
    if (!troubled) return setLost(false);
    const timer = setTimeout(() => setLost(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [troubled]);

  return (
    <>
      {demo && (
        <p className="mx-3 mb-1 rounded-lg bg-wash px-3.5 py-1.5 text-[0.8125rem] leading-snug sm:mx-4">
          <strong className="font-semibold text-accent">{words.connection.demo}</strong>{' '}
          {words.connection.demoHow}
        </p>
      )}
      <div role="status">
        {lost && (
          <p className="mx-4 mb-1 flex items-center gap-3 rounded-lg bg-bad-wash px-3.5 py-1.5 text-[0.8125rem] leading-snug text-bad">
            <Icon name="warning" size={16} />
            <span className="flex-1">{words.connection.lost}</span>
            <button
              type="button"
              onClick={() => page.chat.retryNow()}
              className="rounded-md px-2 py-1.5 font-semibold underline underline-offset-2"
            >
              {words.connection.retry}
            </button>
          </p>
        )}
      </div>
    </>
  );
}
