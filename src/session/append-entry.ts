import type { EntryBody } from '#session/entry.ts';
import type { Session } from '#session/session.ts';

/** Stores what the live stream just told, so that from here on the entry tells it. */
export function appendEntry({ entries, stream, clock }: Session, turn: number, body: EntryBody): void {
  stream.flush();
  entries.append({
    seq: entries.nextSeq(turn),
    position: stream.position,
    at: clock.now(),
    messageId: null,
    body,
  });
  stream.settle();
}
