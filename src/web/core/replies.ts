import type { ChatState } from '#web/core/chat-state.ts';
import type { Store } from '#web/core/store.ts';
import { replyFrame, type Waiting } from '#web/core/waiting.ts';

/** The way of a reply to what the agent waits for. Sent again, one that did arrive before changes nothing. */
export function createReplies({
  state,
  send,
  retryNow,
}: {
  readonly state: Store<ChatState>;
  readonly send: (frame: object) => boolean;
  readonly retryNow: () => void;
}) {
  function transmit(waiting: Waiting): void {
    const frame = replyFrame(waiting);
    if (frame !== null) send(frame);
  }

  return {
    /** Gives what a call waits for, once: now, or as soon as there is a connection. */
    reply(answered: Waiting): void {
      const { thread } = state.get();
      const before = thread.waiting.find(({ id }) => id === answered.id);
      if (before?.reply !== null) return;
      const waiting = thread.waiting.map((one) => (one === before ? answered : one));
      state.update((now) => ({ ...now, thread: { ...now.thread, waiting } }));
      transmit(answered);
      retryNow();
    },

    /** After a connection. */
    sendAgain: () => state.get().thread.waiting.forEach(transmit),
  };
}
