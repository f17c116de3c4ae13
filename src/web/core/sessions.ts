import type { SearchResponse, SessionInfo } from '#protocol/session.ts';
import type { Api } from '#web/core/api.ts';
import { createStore } from '#web/core/store.ts';

export interface SessionsState {
  readonly list: readonly SessionInfo[];
  readonly next: string | null;
  readonly state: 'loading' | 'ready' | 'failed';
}

export type Search =
  | { readonly state: 'off' }
  | { readonly state: 'searching' | 'failed'; readonly query: string }
  | { readonly state: 'found'; readonly query: string; readonly results: SearchResponse['results'] };

/** The user's sessions as the sidebar shows them: newest first, a page at a time, and the search over them. */
export function createSessions(api: Pick<Api, 'sessions' | 'search' | 'rename' | 'remove'>) {
  const sessions = createStore<SessionsState>({ list: [], next: null, state: 'loading' });
  const search = createStore<Search>({ state: 'off' });

  const replace = (id: string, change: (one: SessionInfo) => SessionInfo) =>
    sessions.update((now) => ({
      ...now,
      list: now.list.map((one) => (one.session_id === id ? change(one) : one)),
    }));

  return {
    sessions,
    search,

    /** Reads the first page anew; pages shown beyond it stay. */
    async refresh(): Promise<void> {
      const answer = await api.sessions(null);
      sessions.update((now) => {
        if (!answer.ok) return { ...now, state: now.list.length > 0 ? 'ready' : 'failed' };
        const first = answer.value.sessions;
        const { next } = answer.value;
        const oldest = first.at(-1)?.created_at ?? '';
        const beyond = next === null ? [] : now.list.filter((one) => one.created_at < oldest);
        return { list: [...first, ...beyond], next: beyond.length > 0 ? now.next : next, state: 'ready' };
      });
    },

    async more(): Promise<void> {
      const { next } = sessions.get();
      if (next === null) return;
      const answer = await api.sessions(next);
      if (!answer.ok) return;
      sessions.update((now) => {
        const known = new Set(now.list.map((one) => one.session_id));
        const added = answer.value.sessions.filter((one) => !known.has(one.session_id));
        return { ...now, list: [...now.list, ...added], next: answer.value.next };
      });
    },

    /** An answer that comes after the query has changed is dropped. */
    async find(query: string): Promise<void> {
      if (query.trim() === '') return search.set({ state: 'off' });
      search.set({ state: 'searching', query });
      const answer = await api.search(query);
      const now = search.get();
      if (now.state === 'off' || now.query !== query) return;
      search.set(
        answer.ok ? { state: 'found', query, results: answer.value.results } : { state: 'failed', query },
      );
    },

    /** Shown at once and taken back when the server refuses. An empty name gives the generated title back. */
    async rename(id: string, name: string): Promise<boolean> {
      const before = sessions.get().list.find((one) => one.session_id === id);
      const trimmed = name.trim();
      replace(id, (one) => ({ ...one, name: trimmed === '' ? null : trimmed }));
      const answer = await api.rename(id, trimmed === '' ? null : trimmed);
      if (!answer.ok && before !== undefined) replace(id, () => before);
      return answer.ok;
    },

    async remove(id: string): Promise<boolean> {
      const answer = await api.remove(id);
      if (!answer.ok) return false;
      sessions.update((now) => ({ ...now, list: now.list.filter((one) => one.session_id !== id) }));
      const found = search.get();
      if (found.state === 'found')
        search.set({ ...found, results: found.results.filter((one) => one.session_id !== id) });
      return true;
    },
  };
}

export const sessionTitle = (session: Pick<SessionInfo, 'name' | 'first_message'>): string | null =>
  [session.name, session.first_message].find((text) => text !== null && text.trim() !== '') ?? null;
