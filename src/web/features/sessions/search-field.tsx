import { useEffect, useState } from 'react';
import { words } from '#web/core/words.ts';
import { usePage } from '#web/page.ts';
import { IconButton } from '#web/ui/button.tsx';
import { Icon } from '#web/ui/icon.tsx';

/** So long the typing rests before the server is asked. */
const REST_MS = 250;

export function SearchField() {
  const { sessions } = usePage();
  const [query, setQuery] = useState(() => {
    const now = sessions.search.get();
    return now.state === 'off' ? '' : now.query;
  });
  useEffect(() => {
    if (query.trim() === '') return void sessions.find('');
    const timer = setTimeout(() => void sessions.find(query), REST_MS);
    return () => clearTimeout(timer);
  }, [query, sessions]);

  return (
    <div role="search" className="sticky top-0 z-10 bg-side px-3 pt-1 pb-2">
      <div className="relative flex items-center">
        <Icon name="search" size={15} className="pointer-events-none absolute left-3 text-soft" />
        <input
          type="search"
          value={query}
          aria-label={words.sessions.search}
          placeholder={words.sessions.search}
          onInput={(event) => setQuery(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Escape' || query === '') return;
            event.stopPropagation();
            setQuery('');
          }}
          className="h-9 w-full rounded-lg border border-line bg-card pr-9 pl-8.5 text-sm [&::-webkit-search-cancel-button]:hidden"
        />
        {query !== '' && (
          <span className="absolute right-0.5">
            <IconButton icon="close" size={14} label={words.sessions.clear} onClick={() => setQuery('')} />
          </span>
        )}
      </div>
    </div>
  );
}
