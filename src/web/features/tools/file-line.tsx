import { formatSize } from '#web/core/format.ts';
import type { ToolOutput } from '#web/core/tool-output.ts';
import { visibleName } from '#web/core/visible-name.ts';
import { words } from '#web/core/words.ts';
import { Icon } from '#web/ui/icon.tsx';

/** A file that a tool made, and where it can be had. */
export function FileLine({ file }: { file: Extract<ToolOutput, { kind: 'file' }> }) {
  const name = visibleName(file.name);
  return (
    <p className="flex items-center gap-2.5 rounded-lg bg-sunken px-3 py-2">
      <Icon name="file" size={16} className="text-soft" />
      <span className="min-w-0 flex-1 wrap-anywhere">
        {name}
        {file.size !== null && <span className="text-soft"> · {formatSize(file.size)}</span>}
      </span>
      {file.href !== null && (
        <a
          href={file.href}
          target="_blank"
          rel="noopener noreferrer"
          aria-label={words.files.download(name)}
          className="flex items-center gap-1.5 font-medium underline underline-offset-2"
        >
          <Icon name="download" size={16} />
          {words.tools.download}
        </a>
      )}
    </p>
  );
}
