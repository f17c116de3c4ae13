import type { ServerEvent } from '#protocol/server-event.ts';

/**
 * What a client shows that follows the rules: deltas build a message, its whole text replaces them, a resumed turn
 * voids an unfinished message, and an event that was seen already is dropped.
 */
export function clientView(events: readonly ServerEvent[]): object[] {
  const items: object[] = [];
  let open: { text: string } | undefined;
  let seen = 0;
  for (const event of events) {
    if ('event_id' in event && event.event_id !== undefined) {
      if (event.event_id <= seen) throw new Error(`event ${event.event_id} came again after ${seen}`);
      seen = event.event_id;
    }
    switch (event.type) {
      case 'text_delta':
        if (open === undefined) items.push((open = { text: '' }));
        open.text += event.text;
        break;
      case 'assistant_text':
        if (open === undefined) items.push({ text: event.text });
        else open.text = event.text;
        open = undefined;
        break;
      case 'turn_resumed':
        if (open !== undefined) items.pop();
        open = undefined;
        break;
      case 'ready':
        break;
      default: {
        const { event_id: _, ...rest } = { event_id: 0, ...event };
        items.push(rest);
        if (event.type === 'done' || event.type === 'cancelled') open = undefined;
      }
    }
  }
  return items;
}

/** What a client has got whose connection broke when it had seen `position`. */
export function seenUpTo(events: readonly ServerEvent[], position: number): ServerEvent[] {
  return events.flatMap((event): ServerEvent[] => {
    if (!('event_id' in event) || event.event_id === undefined || event.event_id <= position) return [event];
    if (event.type !== 'text_delta') return [];
    const text = event.text.slice(0, position - (event.event_id - event.text.length));
    return text === '' || event.event_id - event.text.length >= position
      ? []
      : [{ ...event, text, event_id: position }];
  });
}
