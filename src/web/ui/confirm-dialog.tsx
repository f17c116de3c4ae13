import { useEffect, useId, useRef } from 'react';
import { words } from '#web/core/words.ts';
import { Button } from '#web/ui/button.tsx';

/** Asks before something is lost. Modal while mounted; the browser gives the focus back to where it was. */
export function ConfirmDialog({
  title,
  text,
  yes,
  onYes,
  onClose,
}: {
  title: string;
  text: string;
  yes: string;
  onYes: () => void;
  onClose: () => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-text`}
      onClose={onClose}
      className="w-[min(26rem,calc(100vw-2rem))] rounded-2xl border border-line bg-card p-6 shadow-xl"
    >
      <h2 id={`${id}-title`} className="text-lg font-semibold">
        {title}
      </h2>
      <p id={`${id}-text`} className="mt-2 wrap-anywhere text-soft">
        {text}
      </p>
      <div className="mt-6 flex justify-end gap-2">
        <Button autoFocus onClick={onClose}>
          {words.sessions.cancel}
        </Button>
        <Button look="danger" onClick={onYes}>
          {yes}
        </Button>
      </div>
    </dialog>
  );
}
