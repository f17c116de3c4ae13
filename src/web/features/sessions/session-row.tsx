import { useEffect, useRef, useState } from 'react';
import { words } from '#web/core/words.ts';
import { IconButton } from '#web/ui/button.tsx';

export function SessionRow({
  title,
  name,
  current,
  path,
  onPick,
  onRename,
  onDelete,
}: {
  title: string;
  /** What the user called it; empty when the title was made from the conversation. */
  name: string;
  current: boolean;
  path: string;
  onPick: () => void;
  onRename: (name: string) => Promise<void>;
  onDelete: () => void;
}) {
  const [renaming, setRenaming] = useState(false);
  if (renaming)
    return (
      <li>
        <RenameField
          name={name === '' ? title : name}
          onSave={(next) => {
            setRenaming(false);
            if (next !== title) void onRename(next);
          }}
          onCancel={() => setRenaming(false)}
        />
      </li>
    );
  return (
    <li
      className={`group relative flex items-center rounded-lg ${current ? 'bg-card shadow-[0_1px_4px_var(--shadow)]' : 'hover:bg-hover'}`}
    >
      <a
        href={path}
        aria-current={current ? 'page' : undefined}
        title={title}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return;
          event.preventDefault();
          onPick();
        }}
        className="min-w-0 flex-1 truncate rounded-lg px-2.5 py-1.5 text-sm focus-visible:-outline-offset-2 pointer-coarse:py-3"
      >
        {title}
      </a>
      <span className="hidden items-center pr-1 group-focus-within:flex group-hover:flex pointer-coarse:flex">
        <IconButton
          icon="pen"
          size={15}
          label={words.sessions.rename(title)}
          onClick={() => setRenaming(true)}
        />
        <IconButton icon="trash" size={15} label={words.sessions.delete(title)} onClick={onDelete} />
      </span>
    </li>
  );
}

function RenameField({
  name,
  onSave,
  onCancel,
}: {
  name: string;
  onSave: (name: string) => void;
  onCancel: () => void;
}) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.select(), []);
  return (
    <form
      className="flex items-center gap-0.5"
      onSubmit={(event) => {
        event.preventDefault();
        onSave(field.current?.value ?? '');
      }}
    >
      <input
        ref={field}
        defaultValue={name}
        maxLength={200}
        aria-label={words.sessions.renameLabel}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.stopPropagation();
          onCancel();
        }}
        className="min-w-0 flex-1 rounded-lg border border-line-strong bg-card px-2.5 py-1 text-sm"
      />
      <IconButton
        icon="check"
        size={15}
        label={words.sessions.save}
        onClick={() => onSave(field.current?.value ?? '')}
      />
      <IconButton icon="close" size={15} label={words.sessions.cancel} onClick={onCancel} />
    </form>
  );
}
