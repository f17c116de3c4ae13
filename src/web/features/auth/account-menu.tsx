import { words } from '#web/core/words.ts';
import { usePage } from '#web/page.ts';
import { IconButton } from '#web/ui/button.tsx';
import { useStore } from '#web/ui/use-store.ts';

export function AccountMenu() {
  const page = usePage();
  const visitor = useStore(page.visitor);
  if (visitor.state !== 'known') return <div className="h-14" />;
  const { full_name, username, role } = visitor.user;
  const name = full_name === '' ? username : full_name;
  return (
    <div className="flex shrink-0 items-center gap-2.5 border-t border-line px-3 py-2.5 pb-[max(0.625rem,env(safe-area-inset-bottom))]">
      <span
        aria-hidden="true"
        className="grid size-8 shrink-0 place-items-center rounded-full bg-wash text-sm font-semibold text-accent uppercase"
      >
        {name.slice(0, 1)}
      </span>
      <div className="min-w-0 flex-1 leading-tight">
        <p className="truncate text-sm font-medium">{name}</p>
        <p className="truncate text-xs text-soft">
          {username} · {role}
        </p>
      </div>
      <IconButton
        icon="plug"
        label={words.account.connections}
        aria-haspopup="dialog"
        onClick={() => page.connections.set(true)}
      />
      <IconButton icon="out" label={words.account.signOut} onClick={() => void page.signOut()} />
    </div>
  );
}
