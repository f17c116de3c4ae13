import { createContext, useContext } from 'react';
import type { PageConfig } from '#protocol/config.ts';
import { toHex } from '#lib/hash.ts';
import type { User } from '#protocol/user.ts';
import { createApi } from '#web/core/api.ts';
import { createChat } from '#web/core/chat.ts';
import { createDrafts } from '#web/core/drafts.ts';
import { createRouter, signInPath } from '#web/core/router.ts';
import { createSessions } from '#web/core/sessions.ts';
import { createStore } from '#web/core/store.ts';
import type { Agent } from '#web/core/wire.ts';

export type Visitor =
  | { readonly state: 'unknown' }
  | { readonly state: 'signed_out' }
  | { readonly state: 'known'; readonly user: User };
export type Agents =
  | { readonly state: 'loading' }
  | { readonly state: 'failed' }
  | { readonly state: 'ready'; readonly list: readonly Agent[] };

export type Page = ReturnType<typeof createPage>;

const SIGNED_OUT_KEY = 'edgewise.signed_out';
/** Scripts do not see the cookies: without this mark there are none, and every call would be refused. */
const SIGNED_IN_KEY = 'edgewise.signed_in';
const AGENT_KEY = 'edgewise.agent';
const HIDDEN_FLUSH_MS = 200;

/** Everything the page is made of, put together once; what a browser lends is passed in here and nowhere else. */
export function createPage() {
  const router = createRouter(window);
  const visitor = createStore<Visitor>({ state: 'unknown' });
  const agents = createStore<Agents>({ state: 'loading' });
  const server = createStore<PageConfig | null>(null);
  /** Whether the dialog of that name is open. */
  const connections = createStore(false);
  const drafts = createDrafts(localStorage);

  const api = createApi({
    fetch: (path, init) => fetch(path, init),
    clock: { now: () => Date.now() },
    // Only absent where the page is served over plain http from another machine.
    withLock: (act) => ('locks' in navigator ? navigator.locks.request('edgewise.refresh', act) : act()),
    storage: localStorage,
    onSignedOut: askToSignIn,
  });
  const sessions = createSessions(api);
  const chat = createChat({
    api,
    drafts,
    open: (path) => new WebSocket(path),
    now: () => Date.now(),
    every(ms, act) {
      const timer = setInterval(act, ms);
      return () => clearInterval(timer);
    },
    later(ms, act) {
      const timer = setTimeout(act, ms);
      return () => clearTimeout(timer);
    },
    random: Math.random,
    newId: newId,
    onFrame: beforeNextPicture,
    onSessionStarted(id) {
      router.go(`/s/${id}`);
      void sessions.refresh();
    },
    onTurnEnded: () => void sessions.refresh(),
  });

  function askToSignIn(): void {
    chat.leave();
    connections.set(false);
    localStorage.removeItem(SIGNED_IN_KEY);
    visitor.set({ state: 'signed_out' });
    if (router.route.get().page !== 'sign-in') router.replace(signInPath(window.location.pathname));
  }

  async function loadAgents(): Promise<void> {
    agents.set({ state: 'loading' });
    const answer = await api.agents();
    agents.set(answer.ok ? { state: 'ready', list: answer.value } : { state: 'failed' });
    const { sessionId } = chat.state.get();
    const chosen = answer.ok && sessionId === null ? preferredAgent(answer.value) : null;
    if (chosen !== null) chat.learnAgent(chosen);
  }

  const preferredAgent = (list: readonly Agent[]): string | null => {
    const stored = localStorage.getItem(AGENT_KEY);
    const agent =
      list.find((one) => one.agent_id === stored) ?? list.find((one) => one.is_default) ?? list[0];
    return agent?.agent_id ?? null;
  };

  /** What a signed-in visitor sees, asked for all at once. */
  function load(): void {
    void loadAgents();
    void sessions.refresh().then(learnAgent);
    void api.pageConfig().then((answer) => server.set(answer.ok ? answer.value : null));
  }

  const agentOf = (id: string): string | null =>
    sessions.sessions.get().list.find((one) => one.session_id === id)?.agent_id ?? null;

  function learnAgent(): void {
    const { sessionId } = chat.state.get();
    const agent = sessionId === null ? null : agentOf(sessionId);
    if (agent !== null) chat.learnAgent(agent);
  }

  function startNew(): void {
    const known = agents.get();
    chat.startNew(known.state === 'ready' ? preferredAgent(known.list) : null);
  }

  function follow(): void {
    const route = router.route.get();
    if (visitor.get().state === 'signed_out') return;
    if (route.page === 'start' && chat.state.get().sessionId !== null) startNew();
    if (route.page === 'session') void chat.open(route.id, agentOf(route.id));
  }

  /** After signing in: on to where the visitor wanted to go. */
  function enter(user: User): void {
    localStorage.setItem(SIGNED_IN_KEY, '1');
    visitor.set({ state: 'known', user });
    const route = router.route.get();
    load();
    router.replace(route.page === 'sign-in' ? route.from : '/');
  }

  /** Who is there? One who is signed in already has no business with the sign-in form. */
  async function greet(): Promise<void> {
    const answer = await api.me();
    if (!answer.ok) return;
    if (router.route.get().page === 'sign-in') enter(answer.value);
    else visitor.set({ state: 'known', user: answer.value });
  }

  return {
    api,
    router,
    visitor,
    agents,
    server,
    connections,
    sessions,
    chat,
    loadAgents,

    start(): void {
      router.route.subscribe(follow);
      // Signing out in one tab signs out all of them.
      window.addEventListener('storage', ({ key }) => {
        if (key === SIGNED_OUT_KEY) askToSignIn();
      });
      window.addEventListener('online', () => chat.retryNow());
      document.addEventListener('visibilitychange', () => {
        if (document.visibilityState === 'hidden' || visitor.get().state !== 'known') return;
        chat.retryNow();
        void sessions.refresh();
      });
      if (localStorage.getItem(SIGNED_IN_KEY) === null) return askToSignIn();
      if (router.route.get().page !== 'sign-in') {
        load();
        follow();
      }
      void greet();
    },

    enter,

    async signOut(): Promise<void> {
      await api.signOut();
      drafts.clearAll();
      localStorage.removeItem(SIGNED_IN_KEY);
      localStorage.setItem(SIGNED_OUT_KEY, String(Date.now()));
      // Nothing of this user may stay in the page's memory.
      window.location.assign('/login');
    },

    chooseAgent(id: string): void {
      localStorage.setItem(AGENT_KEY, id);
      chat.chooseAgent(id);
    },

    newChat(): void {
      startNew();
      router.go('/');
    },
  };
}

/** `crypto.randomUUID` is missing where the page is served over plain http from another machine. */
function newId(): string {
  return toHex(crypto.getRandomValues(new Uint8Array(16)));
}

/** A page in the background draws no pictures, and must still read what arrives. */
function beforeNextPicture(act: () => void): void {
  let done = false;
  const once = () => {
    if (done) return;
    done = true;
    act();
  };
  requestAnimationFrame(once);
  setTimeout(once, HIDDEN_FLUSH_MS);
}

export const PageContext = createContext<Page | null>(null);

export function usePage(): Page {
  const page = useContext(PageContext);
  if (page === null) throw new Error('a component was used outside of the page');
  return page;
}
