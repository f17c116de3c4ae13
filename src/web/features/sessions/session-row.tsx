import { useLayoutEffect, useRef, useState } from 'react';
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
  const link = useRef<HTMLAnchorElement>(null);
  const wasRenaming = useRef(false);
  useLayoutEffect(() => {
    if (wasRenaming.current && !renaming) link.current?.focus();
    wasRenaming.current = renaming;
  }, [renaming]);
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
        ref={link}
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
      <span
        className={`absolute right-0 flex items-center rounded-r-lg pr-1 opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 pointer-coarse:static pointer-coarse:opacity-100 ${current ? 'bg-card' : 'bg-hover'} pointer-coarse:bg-transparent`}
      >
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
  useLayoutEffect(() => field.current?.select(), []);
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
