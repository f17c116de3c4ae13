import { useEffect, useRef } from 'react';
import { words } from '#web/core/words.ts';
import { CopyButton } from '#web/ui/copy-button.tsx';

/** `growing`: its fence is not closed yet, so it is not coloured yet. */
export function CodeBlock({ code, language, growing }: { code: string; language: string; growing: boolean }) {
  const element = useRef<HTMLElement>(null);
  useEffect(() => {
    const target = element.current;
    if (growing || target === null || language === '' || !('highlights' in CSS)) return;
    let gone = false;
    let clear: (() => void) | null = null;
    const colour = async () => {
      // Its own chunk: most conversations need no colours at first.
      const { colourCode } = await import('#web/features/chat/colour-code.ts');
      if (!gone) clear = colourCode(target, code, language);
    };
    // Without colours, as where the server cannot be reached, it can be read as well
    colour().catch(() => {});
    return () => {
      gone = true;
      clear?.();
    };
  }, [code, language, growing]);

  const label = words.chat.codeBlock(language);
  return (
    <figure className="overflow-hidden rounded-xl border border-line bg-sunken" aria-label={label}>
      <figcaption className="flex h-9 items-center justify-between border-b border-line pr-1.5 pl-4 font-mono text-xs text-soft">
        <span>{language === '' ? words.chat.codeBlock('').toLowerCase() : language}</span>
        <CopyButton label={words.chat.copyCode} text={() => code} />
      </figcaption>
      <pre
        tabIndex={0}
        role="group"
        aria-label={label}
        dir="ltr"
        className="overflow-x-auto px-4 py-3 font-mono text-[0.8125rem] leading-relaxed focus-visible:-outline-offset-2"
      >
        <code ref={element}>{code}</code>
      </pre>
    </figure>
  );
}
