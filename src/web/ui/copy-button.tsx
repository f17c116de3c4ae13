import { useEffect, useState } from 'react';
import { words } from '#web/core/words.ts';
import { Icon } from '#web/ui/icon.tsx';
import { announce, notify } from '#web/ui/notices.tsx';

const CONFIRMED_MS = 2_000;

export function CopyButton({ text, label }: { text: () => string; label: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), CONFIRMED_MS);
    return () => clearTimeout(timer);
  }, [copied]);

  async function copy() {
    try {
      await navigator.clipboard.writeText(text());
      setCopied(true);
      announce(words.chat.copied);
    } catch {
      notify(words.chat.copyFailed);
    }
  }
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      onClick={() => void copy()}
      className="inline-flex h-7 items-center gap-1.5 rounded-md px-1.5 text-xs text-soft transition-colors hover:bg-hover hover:text-ink pointer-coarse:h-9"
    >
      <Icon name={copied ? 'check' : 'copy'} size={15} />
      {copied ? words.chat.copied : words.chat.copy}
    </button>
  );
}
