import { useId, useState, type FormEvent } from 'react';
import type { LinkPreview } from '#protocol/link.ts';
import type { Connections } from '#web/core/connections.ts';
import { words } from '#web/core/words.ts';
import { Problem } from '#web/features/connections/connection-part.tsx';
import { nameOf } from '#web/features/connections/name-of.ts';
import { Button } from '#web/ui/button.tsx';
import { ConfirmDialog } from '#web/ui/confirm-dialog.tsx';

const text = words.connections;

/** For a code that the bot showed in a messenger. */
export function EnterCode({
  connections,
  onLinked,
}: {
  connections: Connections;
  onLinked: () => Promise<void>;
}) {
  const [code, setCode] = useState('');
  const [found, setFound] = useState<(LinkPreview & { readonly code: string }) | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const id = useId();

  async function look(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    setBusy(true);
    const answer = await connections.previewCode(code);
    setBusy(false);
    setProblem(answer.ok ? null : problemText(answer.problem));
    if (answer.ok) setFound({ ...answer.value, code });
  }

  async function enter(confirmed: string) {
    setFound(null);
    setBusy(true);
    const answer = await connections.enterCode(confirmed);
    setBusy(false);
    if (answer.ok) {
      setProblem(null);
      setCode('');
      await onLinked();
      return;
    }
    setProblem(problemText(answer.problem));
  }

  return (
    <form onSubmit={(event) => void look(event)} className="mt-4">
      <label htmlFor={id} className="text-sm font-medium">
        {text.enterLabel}
      </label>
      <p id={`${id}-hint`} className="text-sm text-soft">
        {text.enterHint}
      </p>
      <div className="mt-1.5 flex gap-2">
        <input
          id={id}
          value={code}
          required
          maxLength={40}
          aria-describedby={`${id}-hint`}
          autoComplete="off"
          autoCapitalize="characters"
          spellcheck={false}
          onInput={(event) => setCode(event.currentTarget.value)}
          className="h-9 w-full min-w-0 max-w-56 rounded-lg border border-line-strong bg-paper px-3 font-mono"
        />
        <Button submit disabled={busy}>
          {text.enter}
        </Button>
      </div>
      <Problem text={problem} />
      {found !== null && (
        <ConfirmDialog
          title={text.enterTitle}
          text={text.enterText(nameOf(found))}
          yes={text.enter}
          onYes={() => void enter(found.code)}
          onClose={() => setFound(null)}
        />
      )}
    </form>
  );
}

const problemText = ({ kind }: { readonly kind: string }): string =>
  kind === 'missing' ? text.enterWrong : text.unreachable;
