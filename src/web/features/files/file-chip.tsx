import { visibleName } from '#web/core/visible-name.ts';
import { Icon } from '#web/ui/icon.tsx';

export function FileChip({ name }: { name: string }) {
  return (
    <span className="inline-flex max-w-72 items-center gap-1.5 rounded-lg border border-line bg-card px-2.5 py-1 text-[0.8125rem]">
      <Icon name="file" size={15} className="text-soft" />
      <span className="truncate">{visibleName(name.replace(/^input\//, ''))}</span>
    </span>
  );
}
