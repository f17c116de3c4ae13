import type { ChatEvent } from '#cli/chat/chat-event.ts';
import type { TurnEnd } from '#cli/chat/conversation.ts';
import { eventId } from '#cli/chat/stream-position.ts';

/**
 * Finds, in a stream that other clients of the session feed as well, the end of the turn that answers one prompt.
 * A server that numbers its events tells by `user_message` which prompt a turn answers; of one that does not,
 * the next end is taken.
 */
export function watchTurn(messageId: string) {
  let numbered = false;
  let begun = false;

  return {
    /** The server has it: it need not be sent again. */
    hasBegun: () => begun,
    take(event: ChatEvent): TurnEnd | undefined {
      numbered ||= eventId(event) !== undefined;
      if (event.type === 'user_message' && event.message_id === messageId) begun = true;
      // A numbered one belongs to the conversation: a summary that failed
      if (event.type === 'error' && eventId(event) === undefined) return { kind: 'refused' };
      if (numbered && !begun) return undefined;
      if (event.type === 'done') return { kind: 'done', done: event };
      if (event.type === 'cancelled') return { kind: 'cancelled' };
      return undefined;
    },
  };
}
