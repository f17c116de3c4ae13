/** A message of a server, or all of an answer that is no stream of messages. */
export const MAX_ANSWER_BYTES = 5 * 1024 * 1024;

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

export interface AnswerLimits {
  readonly maxBytes: number;
  /** Reading stops there; the answer is an error. */
  readonly onTooLarge: () => void;
  /** What to send behind a stream of events that ends, or breaks, and cannot be taken up again. */
  readonly farewell?: string | undefined;
  /** A stream of events has ended. */
  readonly onEnd?: () => void;
}

/**
 * The same answer, read only as far as is allowed: however much a server sends, no more than that is in memory.
 * Contract: in a stream of events each event may be `maxBytes` long, any other answer as a whole.
 */
export function limitAnswer(response: Response, limits: AnswerLimits): Response {
  if (response.body === null) return response;
  const isStream = response.headers.get('content-type')?.includes('text/event-stream') ?? false;
  const body = isStream ? limitEvents(response.body, limits) : limitBody(response.body, limits);
  const { status, statusText, headers } = response;
  return new Response(body, { status, statusText, headers });
}

function limitBody(body: ReadableStream<Uint8Array>, { maxBytes, onTooLarge }: AnswerLimits) {
  let read = 0;
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        read += chunk.length;
        if (read <= maxBytes) return controller.enqueue(chunk);
        onTooLarge();
        controller.error(new Error('the answer is too large'));
      },
    }),
  );
}

function limitEvents(body: ReadableStream<Uint8Array>, limits: AnswerLimits): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  const size = new EventSize();
  const end = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    // One with ids is taken up again by the transport
    if (limits.farewell !== undefined && !size.sawId) {
      controller.enqueue(new TextEncoder().encode(`\n\ndata: ${limits.farewell}\n\n`));
    }
    controller.close();
    limits.onEnd?.();
  };
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const chunk = await reader.read().catch(() => ({ done: true, value: undefined }));
      if (chunk.value === undefined) return end(controller);
      if (size.add(chunk.value) <= limits.maxBytes) return controller.enqueue(chunk.value);
      limits.onTooLarge();
      controller.close();
      await reader.cancel().catch(() => {});
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

/** How long the events of a stream are: an empty line ends one. */
class EventSize {
  /** Whether an event had an id, with which the stream can be taken up again. */
  sawId = false;
  #bytes = 0;
  #lineStart = true;
  #line = '';

  /** Contract: the length of the longest event so far that this piece has a part of. */
  add(chunk: Uint8Array): number {
    let longest = 0;
    for (const byte of chunk) {
      this.#bytes += 1;
      if (byte === LINE_FEED) {
        longest = Math.max(longest, this.#bytes);
        if (this.#lineStart) this.#bytes = 0;
        this.#lineStart = true;
        this.#line = '';
      } else if (byte !== CARRIAGE_RETURN) {
        this.#lineStart = false;
        if (this.#line.length < 4) {
          this.#line += String.fromCharCode(byte);
          // An empty id is none
          if (this.#line === 'id: ' || /^id:[^ ]$/.test(this.#line)) this.sawId = true;
        }
      }
    }
    return Math.max(longest, this.#bytes);
  }
}
