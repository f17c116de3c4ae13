import { visibleName } from '#web/core/visible-name.ts';
import { words } from '#web/core/words.ts';
import type { Attachment, Attachments } from '#web/features/files/use-attachments.ts';
import { IconButton } from '#web/ui/button.tsx';
import { Icon } from '#web/ui/icon.tsx';

export function AttachmentList({ attachments }: { attachments: Attachments }) {
  if (attachments.list.length === 0) return null;
  return (
    <ul aria-label={words.composer.uploads} className="grid gap-1 px-2.5 pt-2.5">
      {attachments.list.map((one) => (
        <AttachmentRow
          key={one.id}
          one={one}
          onRetry={() => attachments.retry(one)}
          onRemove={() => attachments.remove(one.id)}
        />
      ))}
    </ul>
  );
}

function AttachmentRow({
  one,
  onRetry,
  onRemove,
}: {
  one: Attachment;
  onRetry: () => void;
  onRemove: () => void;
}) {
  const name = visibleName(one.file.name);
  return (
    <li
      className={`flex items-center gap-2 rounded-xl py-1 pr-1 pl-3 text-[0.8125rem] ${one.state === 'failed' ? 'bg-bad-wash text-bad' : 'bg-sunken'}`}
    >
      <Icon name={one.state === 'failed' ? 'warning' : 'file'} size={16} />
      <span className="min-w-0 flex-1">
        <span className="block truncate">{one.problem ?? name}</span>
        {one.state === 'uploading' && (
          <progress
            aria-label={words.upload.progress(name)}
            value={one.progress}
            className="block h-1 w-full appearance-none overflow-hidden rounded-full bg-line [&::-moz-progress-bar]:bg-fill [&::-webkit-progress-bar]:bg-line [&::-webkit-progress-value]:bg-fill"
          />
        )}
      </span>
      {one.state === 'failed' && (
        <button
          type="button"
          aria-label={words.upload.retry(name)}
          onClick={onRetry}
          className="rounded-md px-2 py-1 font-medium underline"
        >
          {words.retry}
        </button>
      )}
      <IconButton icon="close" size={15} label={words.composer.remove(name)} onClick={onRemove} />
    </li>
  );
}
