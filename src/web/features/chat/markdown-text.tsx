import { useMemo } from 'react';
import { MarkdownBlock } from '#web/features/chat/markdown-block.tsx';
import { markdownModule } from '#web/features/chat/markdown-module.ts';
import { useStore } from '#web/ui/use-store.ts';

/** `open`: more text may follow. */
export function MarkdownText({ text, open }: { text: string; open: boolean }) {
  const markdown = useStore(markdownModule);
  const stream = useMemo(() => markdown?.createMarkdownStream(), [markdown]);
  const blocks = useMemo(() => stream?.update(text, !open), [stream, text, open]);
  return (
    <div className="prose-reply">
      {blocks === undefined ? (
        <p className="whitespace-pre-wrap">{text}</p>
      ) : (
        blocks.map((block, index) => (
          <MarkdownBlock key={block.key} block={block} growing={open && index === blocks.length - 1} />
        ))
      )}
    </div>
  );
}
