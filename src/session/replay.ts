import type { StreamEvent } from '#protocol/server-event.ts';
import type { Entry } from '#session/entry.ts';
import type { EntryStore } from '#session/entry-store.ts';
import { entryEvents, width } from '#session/entry-events.ts';
import { eventAfter, type EventStream } from '#session/event-stream.ts';

interface ReplayDeps {
  readonly entries: EntryStore;
  readonly stream: EventStream;
  readonly sessionId: string;
}

/**
 * Everything that follows `position`: from the stored entries as far as they tell, then from memory. Contract: for
 * every position that a client can have seen, what it saw and what it gets here are the stream, nothing lost or
 * doubled. Costs what was missed, not what the session holds.
 */
export function eventsAfter(position: number, { entries, stream, sessionId }: ReplayDeps): StreamEvent[] {
  const missed: StreamEvent[][] = [stream.after(position)];
  if (position >= stream.liveFrom) return missed.flat();

  // A prompt has no position of its own: it ends where the first step of its turn begins.
  let nextStart: number | undefined;
  // Who is interrupted before the first step tells the prompt once more, so there that stands behind the resumption.
  const resumed: StreamEvent[][] = [];
  for (const entry of entries.backwards(Number.MAX_SAFE_INTEGER)) {
    if (entry.body.kind === 'resumed') {
      resumed.push(eventAfter({ type: 'turn_resumed' }, entry.position, position));
      continue;
    }
    if (entry.body.kind === 'reply' || entry.body.kind === 'compact_request') continue;
    const end = entry.body.kind === 'prompt' ? nextStart : entry.position;
    nextStart = undefined;
    if (end === undefined || end <= position || entry.body.kind !== 'prompt')
      missed.push(...resumed.splice(0));
    if (end === undefined) continue;
    if (end <= position) break;
    const { events, start } = numbered(entry, end, sessionId);
    missed.push(events.flatMap(({ event, end: eventEnd }) => eventAfter(event, eventEnd, position)));
    nextStart = start;
    missed.push(...resumed.splice(0));
  }
  return missed.reverse().flat();
}

/** No message is longer; looking back further would only cost. */
const LONGEST_MESSAGE = 500_000;

/** What a client that has seen `position` shows of the message that is not finished there. */
export function openTextAt(position: number, deps: ReplayDeps): string {
  let text = '';
  for (const event of eventsAfter(Math.max(0, position - LONGEST_MESSAGE), deps)) {
    const start = (event.event_id ?? 0) - width(event);
    if (start >= position) break;
    if (event.type === 'text_delta') text += event.text.slice(0, position - start);
    else if (event.type !== 'content_block') text = '';
  }
  return text;
}

function numbered(entry: Entry, end: number, sessionId: string) {
  const events = entryEvents(entry, sessionId);
  const start = end - events.reduce((sum, event) => sum + width(event), 0);
  let position = start;
  return { start, events: events.map((event) => ({ event, end: (position += width(event)) })) };
}
