import { useMemo } from 'react';
import type { ToolItem } from '#web/core/thread.ts';
import { presentOutput } from '#web/core/tool-output.ts';
import { words } from '#web/core/words.ts';
import { FileLine } from '#web/features/tools/file-line.tsx';
import { LongText } from '#web/features/tools/long-text.tsx';
import { CopyButton } from '#web/ui/copy-button.tsx';

export function ToolOutput({ state, output }: Pick<ToolItem, 'state' | 'output'>) {
  const shown = useMemo(() => presentOutput(output), [output]);
  if (state === 'running' || state === 'waiting') return <p className="text-soft">{words.tools.pending}</p>;
  if (shown.kind === 'file') return <FileLine file={shown} />;
  const { text } = shown;
  if (text.trim() === '') return <p className="text-soft">{words.tools.noOutput}</p>;
  return (
    <div className="grid gap-1">
      <div className="flex items-center justify-between">
        <span className="text-xs font-medium text-soft">{words.tools.output}</span>
        <CopyButton label={words.tools.copyOutput} text={() => text} />
      </div>
      <LongText text={text} label={words.tools.output} tone={state === 'failed' ? 'bad' : 'plain'} links />
    </div>
  );
}
