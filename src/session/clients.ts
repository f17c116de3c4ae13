import { z } from 'zod';
import type { Clock } from '#lib/clock.ts';
import type { ServerEvent } from '#protocol/server-event.ts';

/** What a socket remembers while its object sleeps (2 KB at most). */
export const SocketState = z.object({
  /** The token's id: it may be revoked while the socket is open. */
  jti: z.string(),
  /** When the token was issued, in seconds since 1970: one that is older than a changed password is void. */
  iat: z.number(),
  /** When the token expires, in milliseconds since 1970. */
  expiresAt: z.number(),
  /** When it was last checked, milliseconds since 1970. */
  checkedAt: z.number(),
  /** Whether the client sent `last_event` and so understands the events that we added. */
  resumable: z.boolean(),
  clientType: z.string(),
  agentId: z.string().nullable(),
});
export type SocketState = z.infer<typeof SocketState>;

/** Our clients ping every 15 seconds: of one that slept or lost its network, nobody may be told for long. */
const HEARD_MS = 60_000;

/** A reader of the stream that is no socket, such as an SSE response. */
export interface Reader {
  /** Of a messenger's chat, which is no client that a person has open. */
  readonly isChat?: boolean;
  send(event: ServerEvent): void;
  /** Nothing will follow. */
  close(): void;
}

/** Events that older clients have never seen; they get the stream as it always was. */
const additions = new Set<ServerEvent['type']>([
  'user_message',
  'turn_resumed',
  'permission_mode',
  'reply_taken',
]);

/** Everyone who watches a session. Sockets hibernate: they outlive this object and are found again. */
export class Clients {
  readonly #context: DurableObjectState;
  readonly #clock: Clock;
  readonly #sockets = new Map<WebSocket, SocketState>();
  readonly #caughtUp = new Map<WebSocket, number>();
  readonly #readers = new Set<Reader>();

  /** What is done when nobody has the session open any more. */
  onLeft: () => void = () => {};

  constructor(context: DurableObjectState, clock: Clock) {
    this.#context = context;
    this.#clock = clock;
    for (const socket of context.getWebSockets()) {
      if (socket.readyState !== WebSocket.READY_STATE_OPEN) continue;
      const state = SocketState.safeParse(socket.deserializeAttachment());
      // Of an older version that remembered other things: the client comes back by itself
      if (state.success) this.#sockets.set(socket, state.data);
      else socket.close(1012, 'Service restart');
    }
  }

  get size(): number {
    return this.#sockets.size + this.#readers.size;
  }

  /** Whether somebody may have the session before their eyes. */
  get isOpen(): boolean {
    return (
      [...this.#sockets.keys()].some((socket) => this.#isHeard(socket)) ||
      [...this.#readers].some(({ isChat }) => isChat !== true)
    );
  }

  /** Of a client that never pings, only its end is known. */
  #isHeard(socket: WebSocket): boolean {
    const pinged = this.#context.getWebSocketAutoResponseTimestamp(socket);
    return pinged === null || this.#clock.now() - pinged.getTime() < HEARD_MS;
  }

  get sockets(): ReadonlyMap<WebSocket, SocketState> {
    return this.#sockets;
  }

  accept(socket: WebSocket, state: SocketState): void {
    this.#context.acceptWebSocket(socket);
    this.remember(socket, state);
  }

  remember(socket: WebSocket, state: SocketState): void {
    socket.serializeAttachment(state);
    this.#sockets.set(socket, state);
  }

  /** The socket has got everything up to `position`, also what is about to be broadcast. */
  caughtUp(socket: WebSocket, position: number): void {
    this.#caughtUp.set(socket, position);
  }

  forget(socket: WebSocket): void {
    const wasOpen = this.#sockets.delete(socket);
    this.#caughtUp.delete(socket);
    if (wasOpen && !this.isOpen) this.onLeft();
  }

  addReader(reader: Reader): () => void {
    this.#readers.add(reader);
    return () => {
      const wasThere = this.#readers.delete(reader);
      if (wasThere && reader.isChat !== true && !this.isOpen) this.onLeft();
    };
  }

  closeReaders(): void {
    for (const reader of this.#readers) reader.close();
  }

  broadcast(event: ServerEvent): void {
    const isAddition = additions.has(event.type);
    const frame = JSON.stringify(event);
    const position = 'event_id' in event ? (event.event_id ?? Infinity) : Infinity;
    for (const [socket, state] of this.#sockets) {
      if (position <= (this.#caughtUp.get(socket) ?? 0)) continue;
      if (!isAddition || state.resumable) sendFrame(socket, frame);
    }
    for (const reader of this.#readers) reader.send(event);
  }

  send(socket: WebSocket, event: ServerEvent): void {
    if (additions.has(event.type) && this.#sockets.get(socket)?.resumable !== true) return;
    sendFrame(socket, JSON.stringify(event));
  }
}

/** A socket that is closing refuses to send; its client comes back and asks for what it missed. */
function sendFrame(socket: WebSocket, frame: string): void {
  if (socket.readyState === WebSocket.READY_STATE_OPEN) socket.send(frame);
}
