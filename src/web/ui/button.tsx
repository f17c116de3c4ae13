import type { ComponentProps, ReactNode } from 'react';
import { Icon, type IconName } from '#web/ui/icon.tsx';

type Native = Omit<ComponentProps<'button'>, 'className' | 'children' | 'type'>;

const LOOKS = {
  fill: 'bg-fill text-on-accent hover:bg-fill-hover disabled:opacity-60',
  plain: 'border border-line bg-card text-ink hover:bg-hover',
  quiet: 'text-soft hover:bg-hover hover:text-ink',
  danger: 'bg-bad-wash text-bad hover:brightness-95',
} as const;

export function Button({
  look = 'plain',
  submit = false,
  children,
  ...native
}: Native & { look?: keyof typeof LOOKS; submit?: boolean; children: ReactNode }) {
  return (
    <button
      {...native}
      type={submit ? 'submit' : 'button'}
      className={`inline-flex min-h-9 items-center justify-center gap-2 rounded-lg px-3.5 text-sm font-medium transition-colors ${LOOKS[look]}`}
    >
      {children}
    </button>
  );
}

/** A button that shows only a picture: its label is its name and its tooltip. */
export function IconButton({
  icon,
  label,
  size = 18,
  ...native
}: Native & { icon: IconName; label: string; size?: number }) {
  return (
    <button
      {...native}
      type="button"
      aria-label={label}
      title={label}
      className="inline-grid size-8 shrink-0 place-items-center rounded-lg text-soft transition-colors hover:bg-hover hover:text-ink disabled:opacity-50 pointer-coarse:size-11"
    >
      <Icon name={icon} size={size} />
    </button>
  );
}
