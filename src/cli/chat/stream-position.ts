import type { ChatEvent } from '#cli/chat/chat-event.ts';

/** The number a stream carries after an event; `undefined` for what is not part of the session's stream. */
export const eventId = (event: ChatEvent): number | undefined =>
  'event_id' in event ? event.event_id : undefined;

/**
 * Contract: what of `event` has not been seen at `position`, and the position after it. A text delta that is partly
 * known (the server merges deltas before it repeats them) is cut; what is wholly known is dropped. An event without
 * a number always counts as new.
 */
export function takeNew(
  event: ChatEvent,
  position: number,
): { readonly event: ChatEvent | undefined; readonly position: number } {
  const id = eventId(event);
  if (id === undefined) return { event, position };
  if (id <= position) return { event: undefined, position };
  if (event.type !== 'text_delta') return { event, position: id };
  const known = Math.max(0, position - (id - event.text.length));
  return { event: { ...event, text: event.text.slice(known) }, position: id };
}
