import { createStore, type Store } from '#web/core/store.ts';

export type Route =
  | { readonly page: 'sign-in'; readonly from: string }
  | { readonly page: 'start' }
  | { readonly page: 'session'; readonly id: string };

/** Any path the page does not know is the start screen. */
export function readRoute(path: string, search: string): Route {
  if (path === '/login')
    return { page: 'sign-in', from: safeReturn(new URLSearchParams(search).get('from')) };
  const session = /^\/s\/([A-Za-z0-9_-]{1,128})$/.exec(path)?.[1];
  return session === undefined ? { page: 'start' } : { page: 'session', id: session };
}

/** Only a path of this page: `//host` or a full address would lead the visitor away. */
const safeReturn = (from: string | null): string =>
  from !== null && /^\/(?!\/|\\)/.test(from) && !from.startsWith('/login') ? from : '/';

export const signInPath = (from: string): string =>
  from === '/' || from.startsWith('/login') ? '/login' : `/login?from=${encodeURIComponent(from)}`;

export interface Router {
  readonly route: Store<Route>;
  go(path: string): void;
  /** As `go`, but the path left behind is not in the history. */
  replace(path: string): void;
}

export function createRouter(page: Window): Router {
  const read = () => readRoute(page.location.pathname, page.location.search);
  const route = createStore<Route>(read());
  page.addEventListener('popstate', () => route.set(read()));
  return {
    route,
    go(path) {
      if (path !== page.location.pathname + page.location.search) page.history.pushState(null, '', path);
      route.set(read());
    },
    replace(path) {
      page.history.replaceState(null, '', path);
      route.set(read());
    },
  };
}
