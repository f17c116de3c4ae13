import { exports } from 'cloudflare:workers';
import { ServerEvent } from '#protocol/server-event.ts';
import { origin } from './accounts.ts';

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** No event: the runtime gives it for a ping. */
const PONG = '{"type":"pong"}';

/** A client of the chat socket: everything it got, and promises for what it waits for. */
export class TestSocket {
  readonly events: ServerEvent[] = [];
  readonly closed: Promise<Closed>;
  readonly #socket: WebSocket;
  #waiting: { test: (event: ServerEvent) => boolean; resolve: (event: ServerEvent) => void }[] = [];

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      if (data !== PONG) this.#take(ServerEvent.parse(JSON.parse(String(data))));
    });
    this.closed = new Promise((resolve) => {
      socket.addEventListener('close', ({ code, reason }) => resolve({ code, reason }));
    });
    socket.accept();
  }

  send(message: unknown): void {
    this.#socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** The next event of that type, counting from now. */
  next(type: ServerEvent['type']): Promise<ServerEvent> {
    return this.when((event) => event.type === type);
  }

  when(test: (event: ServerEvent) => boolean): Promise<ServerEvent> {
    return new Promise((resolve) => this.#waiting.push({ test, resolve }));
  }

  /** Until an event at or after that position has come. */
  async reached(position: number): Promise<void> {
    const isThere = (event: ServerEvent) => 'event_id' in event && (event.event_id ?? 0) >= position;
    if (position > 0 && !this.events.some(isThere)) await this.when(isThere);
  }

  /** Sends a prompt and waits for the end of a turn; gives the events since. */
  async say(content: unknown, rest: Record<string, unknown> = {}): Promise<ServerEvent[]> {
    const from = this.events.length;
    const end = this.when(({ type }) => type === 'done' || type === 'cancelled');
    this.send({ content, ...rest });
    await end;
    return this.events.slice(from);
  }

  /** A second client: the events from here on, as their types. */
  types(from = 0): string[] {
    return this.events.slice(from).map(({ type }) => type);
  }

  async close(): Promise<void> {
    this.#socket.close(1000, 'done');
    await this.closed;
  }

  #take(event: ServerEvent): void {
    this.events.push(event);
    const due = this.#waiting.filter(({ test }) => test(event));
    this.#waiting = this.#waiting.filter((waiter) => !due.includes(waiter));
    for (const { resolve } of due) resolve(event);
  }
}

export async function openSocket(
  query: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<TestSocket> {
  const response = await exports.default.fetch(`${origin}/api/v1/ws/chat?${new URLSearchParams(query)}`, {
    headers: { upgrade: 'websocket', ...headers },
  });
  if (response.webSocket === null) throw new Error(`no socket: ${response.status} ${await response.text()}`);
  return new TestSocket(response.webSocket);
}

/** Connected and greeted. */
export async function connectSocket(
  query: Record<string, string>,
): Promise<{ socket: TestSocket; ready: ServerEvent }> {
  const socket = await openSocket(query);
  const [first] = socket.events;
  return { socket, ready: first ?? (await socket.next('ready')) };
}

/** The text that a client shows which appends deltas. */
export const textOfDeltas = (events: readonly ServerEvent[]): string =>
  events.map((event) => (event.type === 'text_delta' ? event.text : '')).join('');

/** Events without the number, for comparisons of content. */
export const unnumbered = (events: readonly ServerEvent[]): object[] =>
  events.map((event) => Object.fromEntries(Object.entries(event).filter(([key]) => key !== 'event_id')));
