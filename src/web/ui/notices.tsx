import { createStore } from '#web/core/store.ts';
import { words } from '#web/core/words.ts';
import { IconButton } from '#web/ui/button.tsx';
import { useStore } from '#web/ui/use-store.ts';

interface Notice {
  readonly id: number;
  readonly text: string;
}

const notices = createStore<readonly Notice[]>([]);
const announcements = createStore<{ readonly polite: string; readonly assertive: string }>({
  polite: '',
  assertive: '',
});
const SHOWN_MS = 8_000;
let lastId = 0;

const dismiss = (id: number) => notices.update((all) => all.filter((one) => one.id !== id));

/** Tells of something that did not work, for a while, at the edge of the page. */
export function notify(text: string): void {
  const id = (lastId += 1);
  notices.update((all) => [...all, { id, text }]);
  setTimeout(() => dismiss(id), SHOWN_MS);
}

/** Says something to a screen reader without showing it. */
export function announce(text: string, urgency: 'polite' | 'assertive' = 'polite'): void {
  announcements.update((now) => ({ ...now, [urgency]: text }));
}

export function Notices() {
  const shown = useStore(notices);
  const said = useStore(announcements);
  return (
    <>
      <div className="sr-only" role="status">
        {said.polite}
      </div>
      <div className="sr-only" role="alert">
        {said.assertive}
      </div>
      <div
        role="status"
        className="pointer-events-none fixed inset-x-4 bottom-4 z-50 flex flex-col items-center gap-2 sm:inset-x-auto sm:right-4 sm:items-end"
      >
        {shown.map((one) => (
          <div
            key={one.id}
            className="pointer-events-auto flex max-w-sm items-start gap-2 rounded-xl border border-line bg-card py-2 pr-2 pl-4 text-sm shadow-lg"
          >
            <span className="py-1.5 wrap-anywhere">{one.text}</span>
            <IconButton icon="close" label={words.close} size={15} onClick={() => dismiss(one.id)} />
          </div>
        ))}
      </div>
    </>
  );
}
