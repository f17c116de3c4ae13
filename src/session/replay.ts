import type { StreamEvent } from '#protocol/server-event.ts';
import type { Entry } from '#session/entry.ts';
import type { EntryStore } from '#session/entry-store.ts';
import { entryEvents, width } from '#session/entry-events.ts';
import { eventAfter, type EventStream } from '#session/event-stream.ts';

/**
 * Everything that follows `position`: from the stored entries as far as they tell, then from memory. Contract: for
 * every position that a client can have seen, what it saw and what it gets here are the stream, nothing lost or
 * doubled. Costs what was missed, not what the session holds.
 */
export function eventsAfter(
  position: number,
  { entries, stream, sessionId }: { entries: EntryStore; stream: EventStream; sessionId: string },
): StreamEvent[] {
  const missed: StreamEvent[][] = [stream.after(position)];
  if (position >= stream.liveFrom) return missed.flat();

  // A prompt has no position of its own: it ends where the first step of its turn begins.
  let nextStart: number | undefined;
  for (const entry of entries.backwards(Number.MAX_SAFE_INTEGER)) {
    const end = entry.body.kind === 'prompt' ? nextStart : entry.position;
    nextStart = undefined;
    if (end === undefined) continue;
    if (end <= position) break;
    const { events, start } = numbered(entry, end, sessionId);
    missed.push(events.flatMap(({ event, end: eventEnd }) => eventAfter(event, eventEnd, position)));
    nextStart = start;
  }
  return missed.reverse().flat();
}

function numbered(entry: Entry, end: number, sessionId: string) {
  const events = entryEvents(entry, sessionId);
  const start = end - events.reduce((sum, event) => sum + width(event), 0);
  let position = start;
  return { start, events: events.map((event) => ({ event, end: (position += width(event)) })) };
}
