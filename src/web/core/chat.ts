import type { PermissionMode, ServerEvent } from '#protocol/server-event.ts';
import type { Api } from '#web/core/api.ts';
import { blankChat, isBusy, type ChatState } from '#web/core/chat-state.ts';
import type { Drafts } from '#web/core/drafts.ts';
import { writeContent, type MessageContent } from '#web/core/message-content.ts';
import { createSocket, type SocketDeps } from '#web/core/socket.ts';
import { createStore, type Store } from '#web/core/store.ts';
import { endTurn, reduce } from '#web/core/reduce-thread.ts';
import { emptyThread, type Thread, type UserItem } from '#web/core/thread.ts';
import { threadFromHistory } from '#web/core/thread-from-history.ts';
import { moveDraft, takeDraft, writeUnsent } from '#web/core/unsent.ts';
import { replyFrame, type Waiting } from '#web/core/waiting.ts';
import { readEvent } from '#web/core/wire.ts';

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
const REMEMBERED_THREADS = 20;
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
  const remembered = new Map<string, { thread: Thread; agentId: string | null }>();
  const readyWaiters = new Set<(workspace: string) => void>();
  /** The id the session has, or will have once its first prompt arrives. */
  let workspace: string | null = null;
  /** Something of ours may be kept under that id already. */
  let workspaceUsed = false;
  /** Chosen while there was no connection. */
  let wantedMode: PermissionMode | null = null;
  let incoming: ServerEvent[] = [];
  let flushPlanned = false;
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
      const known = sessionId ?? (workspaceUsed ? workspace : null);
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
      state.update((now) => ({ ...now, connection }));
    },
    onMissing() {
      flush();
      if (state.get().sessionId === null) {
        // The prompt never arrived after all: it goes to a fresh session.
        workspace = null;
        workspaceUsed = false;
        lostWorkspaces.update((now) => now + 1);
        setThread((thread) => ({ ...emptyThread, outbox: pendingAgain(thread), queue: thread.queue }));
        socket.connect();
      } else state.update((now) => ({ ...now, history: 'missing' }));
    },
  });

  function flush(): void {
    flushPlanned = false;
    const events = incoming;
    if (events.length === 0) return;
    incoming = [];
    const before = state.get();
    const at = deps.now();
    let thread = before.thread;
    let sessionId = before.sessionId;
    let { filesVersion, permissionMode } = before;
    let turnEnded = false;
    let isReady = false;
    for (const event of events) {
      thread = reduce(thread, event, at);
      if (event.type === 'session_id') sessionId = event.session_id;
      if (event.type === 'ready') {
        workspace = event.cwd_id;
        isReady = true;
      }
      if (event.type === 'file_uploaded' || event.type === 'file_deleted') filesVersion += 1;
      if (event.type === 'permission_mode') permissionMode = event.mode;
      if (event.type === 'done' || event.type === 'cancelled') turnEnded = true;
    }
    filesVersion += turnEnded ? 1 : 0;
    state.set({ ...before, thread, sessionId, permissionMode, filesVersion });
    if (sessionId !== null && before.sessionId === null) adopt(sessionId);
    if (isReady) greet();
    if (turnEnded) {
      cancelStopFallback?.();
      deps.onTurnEnded();
    }
    sendNextQueued();
    keepUnsent();
  }

  function adopt(sessionId: string): void {
    moveDraft(deps.drafts, { from: NEW, to: sessionId, text: draft.get() });
    deps.onSessionStarted(sessionId);
  }

  /**
   * After every (re)connection: whoever waits for a workspace gets it, and what is unconfirmed goes out again. A
   * reply that did arrive before changes nothing.
   */
  function greet(): void {
    if (workspace !== null) for (const waiter of readyWaiters) waiter(workspace);
    readyWaiters.clear();
    // What was chosen before there is a session is gone with the connection
    const mode = wantedMode ?? (state.get().sessionId === null ? state.get().permissionMode : null);
    if (mode !== null) sendMode(mode);
    for (const one of state.get().thread.outbox) if (!one.failed) transmit(one);
    for (const one of state.get().thread.waiting) transmitReply(one);
  }

  function sendMode(mode: PermissionMode): void {
    workspaceUsed = true;
    const sent = workspace !== null && socket.send({ type: 'set_permission_mode', mode });
    wantedMode = sent ? null : mode;
    if (!sent) connect();
  }

  function transmitReply(waiting: Waiting): void {
    const frame = replyFrame(waiting);
    if (frame !== null) socket.send(frame);
  }

  const transmit = (message: UserItem): void => {
    workspaceUsed = true;
    socket.send({ content: writeContent(message), message_id: message.key });
  };

  function dispatch(message: UserItem): void {
    setThread((thread) => ({ ...thread, outbox: [...thread.outbox, { ...message, failed: false }] }));
    const { connection } = state.get();
    if (connection.state === 'open' && workspace !== null) transmit(message);
    else connect();
  }

  function connect(): void {
    socket.connect();
    socket.retryNow();
  }

  function sendNextQueued(): void {
    const { thread } = state.get();
    const [next, ...rest] = thread.queue;
    if (next === undefined || isBusy(thread)) return;
    setThread((thread) => ({ ...thread, queue: rest }));
    dispatch(next);
  }

  const keepUnsent = () => writeUnsent(deps.drafts, draftKey(), state.get().thread);

  /** Ends the present conversation on this page, remembering what it showed. */
  function leave(): void {
    socket.close();
    flush();
    const { sessionId, thread, agentId } = state.get();
    cancelStopFallback?.();
    readyWaiters.clear();
    epoch.update((now) => now + 1);
    workspace = null;
    workspaceUsed = false;
    wantedMode = null;
    if (sessionId === null || state.get().history !== 'ready') return;
    remembered.delete(sessionId);
    remembered.set(sessionId, { thread, agentId });
    const oldest = remembered.keys().next().value;
    if (remembered.size > REMEMBERED_THREADS && oldest !== undefined) remembered.delete(oldest);
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
      const known = remembered.get(id);
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
      workspace = null;
      socket.close();
      socket.connect();
    },

    /** What the agent may do without asking, from now on. */
    choosePermissionMode(mode: PermissionMode): void {
      state.update((now) => ({ ...now, permissionMode: mode }));
      sendMode(mode);
    },

    write(text: string): void {
      draft.set(text);
      deps.drafts.write(draftKey(), text);
    },

    send(content: MessageContent): void {
      const message: UserItem = { kind: 'user', key: deps.newId(), ...content, at: deps.now() };
      if (isBusy(state.get().thread))
        setThread((thread) => ({ ...thread, queue: [...thread.queue, message] }));
      else dispatch(message);
      keepUnsent();
    },

    /** Takes back a prompt that is queued or was refused. */
    withdraw(key: string): void {
      setThread((thread) => ({
        ...thread,
        queue: thread.queue.filter((one) => one.key !== key),
        outbox: thread.outbox.filter((one) => one.key !== key || !one.failed),
      }));
      keepUnsent();
    },

    retryFailed(key: string): void {
      const failed = state.get().thread.outbox.find((one) => one.key === key);
      if (failed === undefined) return;
      setThread((thread) => ({ ...thread, outbox: thread.outbox.filter((one) => one.key !== key) }));
      dispatch({ ...failed, key: deps.newId() });
    },

    /** Gives what a call waits for, once: now, or as soon as there is a connection. */
    reply(answered: Waiting): void {
      const before = state.get().thread.waiting.find(({ id }) => id === answered.id);
      if (before?.reply !== null) return;
      setThread((thread) => ({
        ...thread,
        waiting: thread.waiting.map((one) => (one === before ? answered : one)),
      }));
      transmitReply(answered);
      socket.retryNow();
    },

    stop(): void {
      const { running, stopping } = state.get().thread;
      if (!running || stopping) return;
      socket.send({ type: 'cancel_request' });
      setThread((thread) => ({ ...thread, stopping: true }));
      cancelStopFallback = deps.later(STOP_FALLBACK_MS, () => {
        setThread((thread) => (thread.stopping ? endTurn(thread) : thread));
        sendNextQueued();
      });
    },

    /** The id that uploads belong to; connects if that is needed to learn it. */
    workspace(): Promise<string> {
      workspaceUsed = true;
      if (workspace !== null) return Promise.resolve(workspace);
      const waiting = new Promise<string>((resolve) => readyWaiters.add(resolve));
      connect();
      return waiting;
    },

    noteFilesChanged: () => state.update((now) => ({ ...now, filesVersion: now.filesVersion + 1 })),
    forget: (id: string) => remembered.delete(id),
    retryNow: () => socket.retryNow(),
    leave,
  };
}
