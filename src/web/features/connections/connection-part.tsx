import { useId, type ReactNode, type Ref } from 'react';
import type { Listing } from '#web/core/connections.ts';
import { words } from '#web/core/words.ts';
import { usePage } from '#web/page.ts';
import { Button } from '#web/ui/button.tsx';
import { Spinner } from '#web/ui/spinner.tsx';
import { useStore } from '#web/ui/use-store.ts';

/** One part of the dialog, under its heading. */
export function ConnectionPart({
  title,
  lead,
  headingRef,
  children,
}: {
  title: string;
  lead: string;
  headingRef?: Ref<HTMLHeadingElement>;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h3
        {...(headingRef === undefined ? {} : { ref: headingRef })}
        id={id}
        tabIndex={-1}
        className="font-semibold"
      >
        {title}
      </h3>
      <p className="mt-0.5 text-sm text-soft">{lead}</p>
      {children}
    </section>
  );
}

/** Rows, or why there are none. */
export function Rows<Item>({
  listing,
  loading,
  failed,
  empty,
  onRetry,
  row,
}: {
  listing: Listing<Item>;
  loading: string;
  failed: string;
  empty: ReactNode;
  onRetry: () => void;
  row: (item: Item) => ReactNode;
}) {
  if (listing.state === 'loading')
    return (
      <p className="mt-4 flex items-center gap-2 text-sm text-soft">
        <Spinner /> {loading}
      </p>
    );
  if (listing.state === 'failed')
    return (
      <div role="alert" className="mt-4 flex flex-wrap items-center gap-3 text-sm">
        <span>{failed}</span>
        <Button onClick={onRetry}>{words.retry}</Button>
      </div>
    );
  if (listing.list.length === 0) return <div className="mt-4 text-sm text-soft">{empty}</div>;
  return <ul className="mt-3 divide-y divide-line rounded-xl border border-line">{listing.list.map(row)}</ul>;
}

/** Who runs the server reads how to set it up, anybody else that there is somebody to ask. */
export function NotSetUp({ text }: { text: { none: string; how: string; ask: string } }) {
  const visitor = useStore(usePage().visitor);
  const isAdmin = visitor.state === 'known' && visitor.user.role === 'admin';
  return (
    <div className="rounded-xl border border-dashed border-line-strong/60 px-4 py-3">
      <p className="font-medium text-ink">{text.none}</p>
      <p className="mt-0.5 wrap-anywhere">{isAdmin ? text.how : text.ask}</p>
    </div>
  );
}

export const Problem = ({ text }: { text: string | null }) => (
  <div role="alert">
    {text !== null && <p className="mt-2 rounded-lg bg-bad-wash px-3 py-2 text-sm text-bad">{text}</p>}
  </div>
);
