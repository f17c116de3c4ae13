import type { PermissionMode, ServerEvent } from '#protocol/server-event.ts';
import type { Api } from '#web/core/api.ts';
import { blankChat, type ChatState } from '#web/core/chat-state.ts';
import type { Drafts } from '#web/core/drafts.ts';
import type { MessageContent } from '#web/core/message-content.ts';
import { createModeChoice } from '#web/core/mode-choice.ts';
import { createPrompts } from '#web/core/prompts.ts';
import { endTurn } from '#web/core/reduce-thread.ts';
import { createRememberedThreads } from '#web/core/remembered-threads.ts';
import { createReplies } from '#web/core/replies.ts';
import { createSocket, type SocketDeps } from '#web/core/socket.ts';
import { createStore, type Store } from '#web/core/store.ts';
import { takeEvents } from '#web/core/take-events.ts';
import { emptyThread, type Thread } from '#web/core/thread.ts';
import { threadFromHistory } from '#web/core/thread-from-history.ts';
import { moveDraft, takeDraft, writeUnsent } from '#web/core/unsent.ts';
import type { Waiting } from '#web/core/waiting.ts';
import { readEvent } from '#web/core/wire-events.ts';
import { createWorkspace } from '#web/core/workspace.ts';

export interface ChatDeps extends Pick<SocketDeps, 'open' | 'now' | 'later' | 'every' | 'random'> {
  readonly api: Pick<Api, 'history' | 'renew'>;
  readonly drafts: Drafts;
  readonly newId: () => string;
  /** Runs `act` once, before the next picture is drawn. */
  readonly onFrame: (act: () => void) => void;
  readonly onSessionStarted: (id: string) => void;
  readonly onTurnEnded: () => void;
}

/** After this, a stop that the server has not confirmed counts as done, so that the button is never stuck. */
const STOP_FALLBACK_MS = 5_000;
const NEW = 'new';

const pendingAgain = (thread: Thread) => thread.outbox.map((one) => ({ ...one, failed: false }));

/** One open conversation: its thread, its connection and what was typed for it. */
export function createChat(deps: ChatDeps) {
  const state = createStore<ChatState>(blankChat(null));
  /** Counts the workspaces that are gone, with what was uploaded to them. */
  const lostWorkspaces = createStore(0);
  /** Counts the conversations shown: what belongs to one of them ends when it changes. */
  const epoch = createStore(0);
  const draft: Store<string> = createStore(deps.drafts.read(NEW));
  const remembered = createRememberedThreads();
  const workspace = createWorkspace();
  let incoming: ServerEvent[] = [];
  let flushPlanned = false;
  /** Whether the present connection has said `ready`: what is sent before that may overtake what is sent again. */
  let greeted = false;
  let cancelStopFallback: (() => void) | null = null;

  const draftKey = () => state.get().sessionId ?? NEW;
  const setThread = (change: (thread: Thread) => Thread) =>
    state.update((now) => ({ ...now, thread: change(now.thread) }));

  const socket = createSocket({
    ...deps,
    renew: deps.api.renew,
    url() {
      flush();
      const { sessionId, agentId, thread } = state.get();
      const query = new URLSearchParams({ last_event: String(thread.lastEvent) });
      if (agentId !== null) query.set('agent_id', agentId);
      // A prompt may have reached the server although its answer did not reach us: ask for that session again.
      const known = sessionId ?? workspace.usedId();
      if (known !== null) query.set('session_id', known);
      return `/api/v1/ws/chat?${query.toString()}`;
    },
    onFrame(frame) {
      const event = readEvent(frame);
      if (event === null) return;
      incoming.push(event);
      if (flushPlanned) return;
      flushPlanned = true;
      deps.onFrame(flush);
    },
    onChange(connection) {
      greeted = false;
      state.update((now) => ({ ...now, connection }));
    },
    onMissing() {
      flush();
      if (state.get().sessionId === null) {
        // The prompt never arrived after all: it goes to a fresh session.
        workspace.drop();
        lostWorkspaces.update((now) => now + 1);
        setThread((thread) => ({ ...emptyThread, outbox: pendingAgain(thread), queue: thread.queue }));
        socket.connect();
      } else state.update((now) => ({ ...now, history: 'missing' }));
    },
  });

  const keepUnsent = () => writeUnsent(deps.drafts, draftKey(), state.get().thread);

  const isGreeted = () => greeted;
  const send = (frame: object) => socket.send(frame);
  const retryNow = () => socket.retryNow();
  const prompts = createPrompts({ ...deps, state, workspace, isGreeted, send, connect, keep: keepUnsent });
  const replies = createReplies({ state, send, retryNow });
  const mode = createModeChoice({ state, workspace, isGreeted, send, connect });

  function flush(): void {
    flushPlanned = false;
    const events = incoming;
    if (events.length === 0) return;
    incoming = [];
    const before = state.get();
    const taken = takeEvents(before, events, deps.now());
    state.set(taken.state);
    const { sessionId } = taken.state;
    if (sessionId !== null && before.sessionId === null) adopt(sessionId);
    for (const event of events) if (event.type === 'permission_mode') mode.confirm(event.mode);
    if (taken.workspace !== null) greet(taken.workspace);
    if (taken.turnEnded) {
      cancelStopFallback?.();
      deps.onTurnEnded();
    }
    prompts.sendNext();
    keepUnsent();
  }

  function adopt(sessionId: string): void {
    moveDraft(deps.drafts, { from: NEW, to: sessionId, text: draft.get() });
    deps.onSessionStarted(sessionId);
  }

  /** After every (re)connection: whoever waits for a workspace gets it, and what is unconfirmed goes out again. */
  function greet(workspaceId: string): void {
    greeted = true;
    workspace.tell(workspaceId);
    mode.tellAgain();
    prompts.sendAgain();
    replies.sendAgain();
  }

  function connect(): void {
    socket.connect();
    retryNow();
  }

  /** Ends the present conversation on this page, remembering what it showed. */
  function leave(): void {
    socket.close();
    flush();
    const { sessionId, thread, agentId } = state.get();
    cancelStopFallback?.();
    epoch.update((now) => now + 1);
    workspace.leave();
    mode.forget();
    if (sessionId === null || state.get().history !== 'ready') return;
    remembered.keep(sessionId, { thread, agentId });
  }

  return {
    state,
    draft,
    epoch,
    lostWorkspaces,

    /** A new conversation. Nothing is sent to the server until it is needed. */
    startNew(agentId: string | null): void {
      leave();
      state.set(blankChat(agentId));
      draft.set(takeDraft(deps.drafts, NEW, emptyThread));
    },

    /** Shows a session: at once what is remembered of it, then what the server has. */
    async open(id: string, agentId: string | null): Promise<void> {
      if (state.get().sessionId === id && state.get().history === 'ready') return;
      leave();
      const known = remembered.of(id);
      state.set({
        ...blankChat(known?.agentId ?? agentId),
        sessionId: id,
        thread: known?.thread ?? emptyThread,
        history: known === undefined ? 'loading' : 'ready',
      });
      draft.set(deps.drafts.read(id));
      if (known === undefined) {
        const answer = await deps.api.history(id);
        if (state.get().sessionId !== id) return;
        if (!answer.ok) {
          const history = answer.problem.kind === 'missing' ? 'missing' : 'failed';
          state.update((now) => ({ ...now, history }));
          return;
        }
        const thread = threadFromHistory(answer.value);
        state.update((now) => ({ ...now, thread, history: 'ready' }));
        draft.set(takeDraft(deps.drafts, id, thread));
      }
      socket.connect();
    },

    /** The agent the open session has had so far. */
    learnAgent(agentId: string): void {
      state.update((now) => (now.agentId === null ? { ...now, agentId } : now));
    },

    /** Goes on with another agent, in the same session if there is one. */
    chooseAgent(agentId: string): void {
      const { connection, agentId: before } = state.get();
      if (agentId === before) return;
      state.update((now) => ({ ...now, agentId }));
      if (connection.state === 'idle') return;
      workspace.unlearn();
      socket.close();
      socket.connect();
    },

    choosePermissionMode: (chosen: PermissionMode) => mode.choose(chosen),

    write(text: string): void {
      draft.set(text);
      deps.drafts.write(draftKey(), text);
    },

    send: (content: MessageContent) => prompts.send(content),
    withdraw: (key: string) => prompts.withdraw(key),
    retryFailed: (key: string) => prompts.retryFailed(key),
    reply: (answered: Waiting) => replies.reply(answered),

    stop(): void {
      const { running, stopping } = state.get().thread;
      if (!running || stopping) return;
      socket.send({ type: 'cancel_request' });
      setThread((thread) => ({ ...thread, stopping: true }));
      cancelStopFallback = deps.later(STOP_FALLBACK_MS, () => {
        setThread((thread) => (thread.stopping ? endTurn(thread) : thread));
        prompts.sendNext();
      });
    },

    /** The id that uploads belong to; connects if that is needed to learn it. */
    workspace(): Promise<string> {
      workspace.use();
      const told = workspace.wait();
      if (workspace.id() === null) connect();
      return told;
    },

    noteFilesChanged: () => state.update((now) => ({ ...now, filesVersion: now.filesVersion + 1 })),
    forget: remembered.forget,
    retryNow,
    leave,
  };
}
