import { Stream } from '@anthropic-ai/sdk/core/streaming';
import { parseJson } from '#model/parse-json.ts';
import { StreamEvent } from '#model/stream-event.ts';

export interface ReadLimits {
  readonly signal: AbortSignal;
  /** Read anew before each chunk, so it may be changed while reading. */
  idleMs: number;
}

/**
 * Contract: yields the events we know, in order, skips all others (pings, block types of tomorrow), and never throws:
 * at a broken connection, at silence, at garbage and when `signal` aborts it just ends. Whether the answer was whole
 * can be told from its events.
 */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  limits: ReadLimits,
): AsyncGenerator<StreamEvent> {
  for await (const { data } of Stream.rawEvents(new Response(endAtBreak(body, limits)))) {
    const json = parseJson(data);
    if (json === undefined) return;
    const event = StreamEvent.safeParse(json);
    if (event.success) yield event.data;
  }
}

function endAtBreak(body: ReadableStream<Uint8Array>, limits: ReadLimits): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  const hangUp = () => reader.cancel().catch(() => undefined);
  return new ReadableStream({
    async pull(controller) {
      const chunk = await nextChunk(reader, limits);
      if (chunk !== undefined) return controller.enqueue(chunk);
      controller.close();
      await hangUp();
    },
    cancel: hangUp,
  });
}

async function nextChunk(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  { signal, idleMs }: ReadLimits,
): Promise<Uint8Array | undefined> {
  if (signal.aborted) return undefined;
  const { promise: broken, resolve } = Promise.withResolvers<undefined>();
  const giveUp = () => resolve(undefined);
  const timer = setTimeout(giveUp, idleMs);
  signal.addEventListener('abort', giveUp, { once: true });
  const chunk = reader.read().then(
    ({ value }) => value,
    () => undefined,
  );
  try {
    return await Promise.race([chunk, broken]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  }
}
