import type { WaitingCall } from '#cli/chat/waiting-call.ts';
import type { ChatEvent } from '#cli/chat/chat-event.ts';
import type { Done, PermissionMode } from '#protocol/server-event.ts';

/** How a turn ended for the one who asked. `refused`: the server answered with an error instead. */
export type TurnEnd =
  | { readonly kind: 'done'; readonly done: Done }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'refused' };

export type Answers = Readonly<Record<string, string | readonly string[]>>;

/** What happens to the connection rather than in the conversation. */
export type Notice =
  | { readonly kind: 'lost'; readonly retryInMs: number }
  | { readonly kind: 'back' }
  | { readonly kind: 'given_up' };

/** One session with an agent, over whatever transport. Events arrive at the listener it was opened with. */
export interface Conversation {
  sessionId(): string | undefined;
  /** Turns of the session before this connection. */
  readonly earlierTurns: number;
  /** Resolves when the turn that answers the prompt has ended. Throws a `CliFailure` when that cannot be known. */
  send(prompt: string): Promise<TurnEnd>;
  answer(call: WaitingCall, answers: Answers): void;
  cancel(): void;
  /** Tells whether the transport can do it; resolves when it is done. */
  compact(instructions: string): Promise<boolean>;
  /** Tells whether the transport can do it. The server's event says when it holds. */
  setPermissionMode(mode: PermissionMode): boolean;
  close(): void;
}

export interface Listener {
  event(event: ChatEvent): void;
  notice(notice: Notice): void;
}
