import { formatMoment, formatTime } from '#web/core/format.ts';

export function MessageTime({ at }: { at: number }) {
  if (Number.isNaN(at)) return null;
  return (
    <time dateTime={new Date(at).toISOString()} title={formatMoment(at)} className="tabular-nums">
      {formatTime(at)}
    </time>
  );
}
