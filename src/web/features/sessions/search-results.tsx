import { excerptPieces } from '#lib/mark-matches.ts';
import { sessionTitle, type Search } from '#web/core/sessions.ts';
import { words } from '#web/core/words.ts';
import { Spinner } from '#web/ui/spinner.tsx';

export function SearchResults({
  search,
  open,
  onPick,
}: {
  search: Exclude<Search, { state: 'off' }>;
  open: string | null;
  onPick: (id: string) => void;
}) {
  return (
    <div role="status" className="px-2 pb-4 text-sm">
      {search.state === 'searching' && (
        <p className="flex items-center gap-2.5 px-2.5 py-3 text-soft">
          <Spinner /> {words.sessions.searching}
        </p>
      )}
      {search.state === 'failed' && <p className="px-2.5 py-3 text-bad">{words.sessions.searchFailed}</p>}
      {search.state === 'found' && search.results.length === 0 && (
        <p className="px-2.5 py-3 wrap-anywhere text-soft">{words.sessions.noMatch(search.query)}</p>
      )}
      {search.state === 'found' && (
        <ul className="grid grid-cols-[minmax(0,1fr)] gap-px">
          {search.results.map((result) => (
            <li key={result.session_id}>
              <a
                href={`/s/${result.session_id}`}
                aria-current={result.session_id === open ? 'page' : undefined}
                onClick={(event) => {
                  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
                  event.preventDefault();
                  onPick(result.session_id);
                }}
                className="block rounded-lg px-2.5 py-2 hover:bg-hover aria-[current]:bg-card focus-visible:-outline-offset-2"
              >
                <span className="flex items-baseline gap-2">
                  <span className="min-w-0 flex-1 truncate font-medium">
                    {sessionTitle(result) ?? words.sessions.untitled}
                  </span>
                  <span className="shrink-0 text-xs text-soft">
                    {words.sessions.matches(result.match_count)}
                  </span>
                </span>
                <span className="mt-0.5 line-clamp-2 text-xs leading-relaxed wrap-anywhere text-soft">
                  {excerptPieces(result.snippet, search.query).map((piece, index) =>
                    piece.match ? <mark key={index}>{piece.text}</mark> : piece.text,
                  )}
                </span>
              </a>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
