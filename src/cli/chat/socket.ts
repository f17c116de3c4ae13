import { readEvent, type ChatEvent } from '#cli/chat/chat-event.ts';
import { parseJson } from '#cli/http.ts';
import type { Ready } from '#protocol/server-event.ts';
import type { z } from 'zod';

export type ReadyEvent = z.infer<typeof Ready>;

/** How an attempt to connect came out. `code` 1006: no server, or one that cannot be talked to. */
export type Attached =
  | { readonly kind: 'ready'; readonly ready: ReadyEvent; readonly socket: WebSocket }
  | {
      readonly kind: 'closed';
      readonly code: number;
      readonly reason: string;
      readonly error: string | undefined;
    };

/** A network that went away without a word shows only in that nothing comes back. */
const pingAfterMs = 30_000;
const PING = '{"type":"ping"}';

interface SocketListener {
  event(event: ChatEvent): void;
  closed(code: number, reason: string): void;
}

/** Connects and waits for `ready`. The listener hears only what comes after it. */
export function attach(url: string, listener: SocketListener): Promise<Attached> {
  const socket = new WebSocket(url);
  return new Promise((resolve) => {
    let isReady = false;
    let error: string | undefined;
    let isSilent = false;
    let isLost = false;
    const heartbeat = setInterval(() => {
      if (isSilent) return lose(1006, 'no answer');
      isSilent = true;
      if (socket.readyState === WebSocket.OPEN) socket.send(PING);
    }, pingAfterMs);

    function lose(code: number, reason: string): void {
      if (isLost) return;
      isLost = true;
      clearInterval(heartbeat);
      socket.close();
      if (isReady) listener.closed(code, reason);
      else resolve({ kind: 'closed', code, reason, error });
    }
    // The close event follows and says all that is known
    socket.addEventListener('error', () => {});
    socket.addEventListener('close', ({ code, reason }) => lose(code, reason));
    socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      isSilent = false;
      const event = typeof data === 'string' ? readEvent(parseJson(data)) : undefined;
      if (event === undefined) return;
      if (isReady) listener.event(event);
      else if (event.type === 'error') error = event.error;
      else if (event.type === 'ready') {
        isReady = true;
        resolve({ kind: 'ready', ready: event, socket });
      }
    });
  });
}
