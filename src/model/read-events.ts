import { Stream } from '@anthropic-ai/sdk/core/streaming';
import { parseJson } from '#model/parse-json.ts';
import { StreamEvent } from '#model/stream-event.ts';

/**
 * Contract: yields the events we know, in order, skips all others (pings, block types of tomorrow), and never throws:
 * at a broken or aborted connection and at garbage it just ends. Whether the answer was whole can be told from its
 * events.
 */
export async function* readEvents(response: Response): AsyncGenerator<StreamEvent> {
  try {
    for await (const { data } of Stream.rawEvents(response)) {
      const json = parseJson(data);
      if (json === undefined) return;
      const event = StreamEvent.safeParse(json);
      if (event.success) yield event.data;
    }
  } catch {
    // The connection broke: the events that are missing tell
  }
}
