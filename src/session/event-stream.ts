import { createRedactor } from '#lib/redact/redact.ts';
import type { Log } from '#lib/log.ts';
import type { StreamEvent } from '#protocol/server-event.ts';
import type { Clients } from '#session/clients.ts';
import { redactEvent, width } from '#session/entry-events.ts';

interface LiveEvent {
  readonly event: StreamEvent;
  /** Stream position after the event. */
  readonly end: number;
}

/**
 * The numbered stream of a session's events. What the stored entries do not tell yet is kept here in memory; the
 * rest is made again from the entries when a client asks for it, so that no event is ever written by itself.
 */
export class EventStream {
  readonly #clients: Clients;
  readonly #log: Log;
  #position: number;
  #live: LiveEvent[] = [];
  /** What shows the events that wait for their entry. */
  #unshown: (() => void)[] = [];
  #redactor = createRedactor();
  /** Text came that is not flushed yet, shown or held back. */
  #isWriting = false;

  constructor(deps: { readonly clients: Clients; readonly log: Log; readonly position: number }) {
    this.#clients = deps.clients;
    this.#log = deps.log;
    this.#position = deps.position;
  }

  /** The position after everything that was emitted. */
  get position(): number {
    return this.#position;
  }

  /** The position from which events are in memory; before it, the entries tell. */
  get liveFrom(): number {
    const first = this.#live[0];
    return first === undefined ? this.#position : first.end - width(first.event);
  }

  /** Nothing is shown that is not stored: no message is open. */
  get isSettled(): boolean {
    return this.#live.length === 0 && !this.#isWriting;
  }

  /** Text is held back only as long as it may be the beginning of a secret. */
  emit(event: StreamEvent): void {
    if (event.type === 'text_delta') {
      this.#isWriting = true;
      this.#publishText(this.#redactor.push(event.text));
      return;
    }
    this.flush();
    const shown = redactEvent(event);
    if (shown !== event) this.#log.warn('redacted', { outlet: 'stream', type: event.type });
    this.#publish(shown);
  }

  /**
   * Gives an event its place in the stream, and back what shows it: for an event that has to be stored before it is
   * shown, although something else comes between. Who connects meanwhile finds it in what is stored.
   */
  hold(event: StreamEvent): () => void {
    this.#position += width(event);
    this.#live.push({ event, end: this.#position });
    const numbered = { ...event, event_id: this.#position };
    return () => this.#clients.broadcast(numbered);
  }

  /** Lets go of text that is held back: nothing follows it. */
  flush(): void {
    this.#publishText(this.#redactor.end());
    if (this.#redactor.acted) this.#log.warn('redacted', { outlet: 'stream' });
    this.#redactor = createRedactor();
    this.#isWriting = false;
  }

  /** The live events were stored as an entry. What waited for that is shown, which the platform does once it is on disk. */
  settle(): void {
    this.#live = [];
    for (const show of this.#unshown.splice(0)) show();
  }

  /**
   * After a crash, clients may have seen positions that were never stored. Skipping far ahead keeps a number from
   * meaning two things.
   */
  skipTo(position: number): void {
    this.#position = Math.max(this.#position, position);
  }

  /** What is in memory and follows `position`. */
  after(position: number): StreamEvent[] {
    return this.#live.flatMap(({ event, end }) => eventAfter(event, end, position));
  }

  #publishText(text: string): void {
    if (text !== '') this.#publish({ type: 'text_delta', text });
  }

  #publish(event: StreamEvent): void {
    const show = this.hold(event);
    if (this.#unshown.length > 0 || endsMessage(event)) this.#unshown.push(show);
    else show();
  }
}

/**
 * A message that is shown as finished stays shown, so it must be stored before: else a crash in between would bring
 * it a second time. Its entry follows at once.
 */
const endsMessage = (event: StreamEvent): boolean =>
  event.type === 'assistant_text' || (event.type === 'tool_use' && event.parent_tool_use_id === undefined);

/** The event, numbered, if it follows `position`; of a text, the part that does. */
export function eventAfter(event: StreamEvent, end: number, position: number): StreamEvent[] {
  if (end <= position) return [];
  const seen = position - (end - width(event));
  if (event.type === 'text_delta' && seen > 0)
    return [{ ...event, text: event.text.slice(seen), event_id: end }];
  return [{ ...event, event_id: end }];
}
