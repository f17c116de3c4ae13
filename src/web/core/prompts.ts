import { isBusy, type ChatState } from '#web/core/chat-state.ts';
import { writeContent, type MessageContent } from '#web/core/message-content.ts';
import type { Store } from '#web/core/store.ts';
import type { Thread, UserItem } from '#web/core/thread.ts';
import type { Workspace } from '#web/core/workspace.ts';

interface PromptDeps {
  readonly state: Store<ChatState>;
  readonly workspace: Workspace;
  readonly isGreeted: () => boolean;
  readonly send: (frame: object) => boolean;
  readonly connect: () => void;
  readonly now: () => number;
  readonly newId: () => string;
  /** Called after what is unsent has changed. */
  readonly keep: () => void;
}

/**
 * The way of a prompt: it waits in the queue while a reply runs, then stands in the outbox until the server has
 * confirmed it. Sent again with the same id, it changes nothing there.
 */
export function createPrompts({ state, workspace, isGreeted, send, connect, now, newId, keep }: PromptDeps) {
  const setThread = (change: (thread: Thread) => Partial<Thread>) =>
    state.update((before) => ({ ...before, thread: { ...before.thread, ...change(before.thread) } }));

  function transmit(message: UserItem): void {
    workspace.use();
    send({ content: writeContent(message), message_id: message.key });
  }

  function dispatch(message: UserItem): void {
    setThread(({ outbox }) => ({ outbox: [...outbox, { ...message, failed: false }] }));
    if (isGreeted()) transmit(message);
    else connect();
  }

  return {
    send(content: MessageContent): void {
      const message: UserItem = { kind: 'user', key: newId(), ...content, at: now() };
      if (isBusy(state.get().thread)) setThread(({ queue }) => ({ queue: [...queue, message] }));
      else dispatch(message);
      keep();
    },

    /** The next of the queue, if its time has come. */
    sendNext(): void {
      const { thread } = state.get();
      const [next, ...rest] = thread.queue;
      if (next === undefined || isBusy(thread)) return;
      setThread(() => ({ queue: rest }));
      dispatch(next);
    },

    /** After a connection: what is unconfirmed goes out again. */
    sendAgain(): void {
      for (const one of state.get().thread.outbox) if (!one.failed) transmit(one);
    },

    /** Takes back a prompt that is queued or was refused. */
    withdraw(key: string): void {
      setThread(({ queue, outbox }) => ({
        queue: queue.filter((one) => one.key !== key),
        outbox: outbox.filter((one) => one.key !== key || !one.failed),
      }));
      keep();
    },

    retryFailed(key: string): void {
      const failed = state.get().thread.outbox.find((one) => one.key === key);
      if (failed === undefined) return;
      setThread(({ outbox }) => ({ outbox: outbox.filter((one) => one.key !== key) }));
      dispatch({ ...failed, key: newId() });
    },
  };
}
