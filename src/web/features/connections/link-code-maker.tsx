import { useEffect, useState } from 'react';
import type { LinkCode } from '#protocol/link.ts';
import type { Connections } from '#web/core/connections.ts';
import { formatLeft } from '#web/core/format.ts';
import { words } from '#web/core/words.ts';
import { Problem } from '#web/features/connections/connection-part.tsx';
import { Button } from '#web/ui/button.tsx';
import { CopyButton } from '#web/ui/copy-button.tsx';
import { useStore } from '#web/ui/use-store.ts';

const text = words.connections;
const LOOK_MS = 5_000;

/** A code for the messenger. While it works, `onLook` is called now and then: it may be used on another device. */
export function LinkCodeMaker({
  connections,
  onLook,
}: {
  connections: Connections;
  onLook: () => Promise<void>;
}) {
  const code = useStore(connections.code);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function make() {
    setBusy(true);
    const made = await connections.makeCode();
    setBusy(false);
    setProblem(made ? null : text.unreachable);
  }

  const left = useTimeLeft(code);
  const works = left > 0;
  useEffect(() => {
    if (!works) return;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void onLook();
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, [works]);

  return (
    <>
      {code !== null && works && (
        <div className="mt-4 rounded-xl bg-sunken px-4 py-3 text-center">
          <p className="text-sm text-soft">{text.codeSend}</p>
          <p
            aria-label={text.code}
            role="group"
            className="py-1 font-mono text-xl font-semibold whitespace-nowrap select-all sm:text-3xl"
          >
            {text.codeMessage(code.code)}
          </p>
          <div className="flex flex-wrap items-center justify-center gap-x-3">
            <p role="timer" className="text-xs text-soft tabular-nums">
              {text.codeLeft(formatLeft(left))}
            </p>
            <CopyButton label={text.codeCopy} text={() => text.codeMessage(code.code)} />
          </div>
        </div>
      )}
      {code !== null && !works && (
        <p role="status" className="mt-4 text-sm text-soft">
          {text.codeOver}
        </p>
      )}
      <div className="mt-4">
        <Button disabled={busy} onClick={() => void make()}>
          {code === null ? text.makeCode : text.newCode}
        </Button>
      </div>
      <Problem text={problem} />
    </>
  );
}

/** In milliseconds, looked at each second; 0 when it is over, or without a code. */
function useTimeLeft(code: LinkCode | null): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (code === null) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [code]);
  return code === null ? 0 : Math.max(0, Date.parse(code.expires_at) - now);
}
