export interface SseEvent {
  readonly event: string;
  /** The last one given: ids stay until another comes. */
  readonly id: string | undefined;
  readonly data: string;
}

/** The events of a `text/event-stream` body (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export async function* readSse(body: AsyncIterable<Uint8Array>): AsyncGenerator<SseEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  let event = 'message';
  let id: string | undefined;
  let data: string[] = [];
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    // A CR at the end of a chunk may be the first half of CRLF: it waits for the next one
    const lines = rest.split(/\r\n|\n|\r(?=[^])/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) yield { event, id, data: data.join('\n') };
        event = 'message';
        data = [];
        continue;
      }
      const [, field = '', value = ''] = /^([^:]*):? ?([^]*)$/.exec(line) ?? [];
      if (field === 'event') event = value;
      if (field === 'id') id = value;
      if (field === 'data') data.push(value);
    }
  }
}
