import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setImmediate as nextTick, setTimeout as wait } from 'node:timers/promises';

/**
 * A real HTTP server on 127.0.0.1 that streams scripted answers the way the Messages API does
 * (https://platform.claude.com/docs/en/build-with-claude/streaming), and keeps the bytes of what it was asked.
 */
export interface FakeMessagesApi {
  readonly url: string;
  readonly requests: readonly FakeRequest[];
  /** Answers for the next requests, in order. They go before `respondWith`. */
  enqueue(...answers: FakeAnswer[]): void;
  /** Makes the answer for every request that finds the queue empty. */
  respondWith(answer: (request: FakeRequest) => FakeAnswer): void;
  close(): Promise<void>;
}

export interface FakeRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** The body exactly as received. */
  readonly raw: string;
  /** The body, parsed. */
  readonly body: unknown;
  /** Resolves when the connection of this request is closed, by whomever. */
  readonly closed: Promise<void>;
}

type FakeBlock =
  | { readonly text: readonly string[] }
  | { readonly thinking: readonly string[]; readonly signature?: string }
  | { readonly redacted: string }
  /** `json` overrides the pieces in which the input is streamed. */
  | { readonly tool: string; readonly id: string; readonly input: object; readonly json?: readonly string[] }
  /** The API's own summary, which comes all at once. */
  | { readonly summary: string }
  /** A block as it is, all at once. */
  | { readonly block: Readonly<Record<string, unknown>> }
  /** A block of a type that nobody knows. */
  | { readonly unknown: string };

export type FakeAnswer = FakeStream | FakeError | FakeRaw;

export interface FakeStream {
  readonly blocks: readonly FakeBlock[];
  /** `tool_use` if there is a tool block, `compaction` with a summary, else `end_turn`. */
  readonly stop?: string;
  /** Null: the fields are left out, as some servers do. */
  readonly usage?: Readonly<Record<string, unknown>> | null;
  readonly model?: string;
  /** Milliseconds before each event. */
  readonly delayMs?: number;
  /** The socket is destroyed after so many block deltas. */
  readonly cutAfter?: number;
  /** The stream ends in good order after so many block deltas, without telling how the message ends. */
  readonly endAfter?: number;
  /** After so many block deltas nothing more is sent, and the connection stays open. */
  readonly hangAfter?: number;
  /** Told the type of each event when it has gone out. */
  readonly onEvent?: (type: string) => void;
  /** An `error` event instead of the rest. */
  readonly errorAfter?: { readonly deltas: number; readonly type: string; readonly message: string };
}

interface FakeError {
  readonly status: number;
  readonly type?: string;
  readonly message?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Any bytes at all. */
interface FakeRaw {
  readonly raw: string;
  readonly contentType?: string;
}

const askedPath = '/control/asked';

/** From afar: the bodies that the server at `url` was sent and that hold the text, as they were received. */
export async function askedOf(url: string, text: string): Promise<string[]> {
  return (await fetch(`${url}${askedPath}?${new URLSearchParams({ of: text })}`)).json();
}

export const textAnswer = (...deltas: string[]): FakeStream => ({ blocks: [{ text: deltas }] });

export async function startFakeMessagesApi(): Promise<FakeMessagesApi> {
  const requests: FakeRequest[] = [];
  const queue: FakeAnswer[] = [];
  let fallback = (_request: FakeRequest): FakeAnswer => textAnswer('Hello from the fake model.');

  const server = createServer((incoming, response) => {
    const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://fake');
    if (pathname === askedPath) {
      const text = searchParams.get('of') ?? '';
      response.end(JSON.stringify(requests.map(({ raw }) => raw).filter((raw) => raw.includes(text))));
      return;
    }
    void (async () => {
      const request = await receive(incoming, response);
      requests.push(request);
      await send(response, { request, answer: queue.shift() ?? fallback(request), serial: requests.length });
    })().catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the fake Messages API has no port');

  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    enqueue: (...answers) => void queue.push(...answers),
    respondWith: (answer) => {
      fallback = answer;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function receive(incoming: IncomingMessage, response: ServerResponse): Promise<FakeRequest> {
  const closed = new Promise<void>((resolve) => {
    response.once('close', resolve);
  });
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  const raw = Buffer.concat(chunks).toString('utf8');
  const body: unknown = raw === '' ? undefined : JSON.parse(raw);
  return { path: incoming.url ?? '', headers: incoming.headers, raw, body, closed };
}

interface Exchange {
  readonly request: FakeRequest;
  readonly answer: FakeAnswer;
  readonly serial: number;
}

async function send(response: ServerResponse, { request, answer, serial }: Exchange): Promise<void> {
  const id = `req_fake_${serial}`;
  if ('status' in answer) {
    const { status, type = 'api_error', message = 'scripted failure', headers } = answer;
    response.writeHead(status, { 'content-type': 'application/json', 'request-id': id, ...headers });
    response.end(JSON.stringify({ type: 'error', error: { type, message }, request_id: id }));
    return;
  }
  if (!('raw' in answer) && !/"stream":true/.test(request.raw)) {
    response.writeHead(200, { 'content-type': 'application/json', 'request-id': id });
    response.end(JSON.stringify(wholeMessage(answer, `msg_fake_${serial}`)));
    return;
  }
  const contentType = 'raw' in answer ? answer.contentType : undefined;
  response.writeHead(200, { 'content-type': contentType ?? 'text/event-stream', 'request-id': id });
  if ('raw' in answer) {
    response.end(answer.raw);
    return;
  }
  await sendStream(response, answer, `msg_fake_${serial}`);
}

async function sendStream(response: ServerResponse, answer: FakeStream, id: string): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  let deltas = 0;
  for (const event of eventsOf(answer, id)) {
    const isDelta = event.type === 'content_block_delta';
    if (answer.cutAfter === deltas && (isDelta || isEnd(event))) {
      response.destroy();
      return;
    }
    if (answer.endAfter === deltas && (isDelta || isEnd(event))) break;
    if (answer.hangAfter === deltas && (isDelta || isEnd(event))) return;
    if (answer.errorAfter?.deltas === deltas && (isDelta || isEnd(event))) {
      const { type, message } = answer.errorAfter;
      write(response, { type: 'error', error: { type, message } });
      break;
    }
    if (isDelta) deltas += 1;
    if (answer.delayMs !== undefined) {
      await wait(answer.delayMs, undefined, { signal: gone.signal }).catch(() => undefined);
    }
    if (response.destroyed) return;
    write(response, event);
    answer.onEvent?.(event.type);
    // Each event in a packet of its own, or a cut would take earlier ones with it
    await nextTick();
  }
  response.end();
}

/** The answer to who does not want it in pieces; of blocks only texts and whole ones. */
function wholeMessage({ blocks, stop, usage, model }: FakeStream, id: string): object {
  return {
    id,
    type: 'message',
    role: 'assistant',
    model: model ?? 'fake',
    content: blocks.map((block) =>
      'text' in block ? { type: 'text', text: block.text.join('') } : toWire(block).start,
    ),
    stop_reason: stop ?? 'end_turn',
    stop_sequence: null,
    usage: usage ?? { input_tokens: 10, output_tokens: 5 },
  };
}

interface Event {
  readonly type: string;
  readonly [field: string]: unknown;
}

const isEnd = ({ type }: Event) => type === 'message_delta';

const write = (response: ServerResponse, event: Event) =>
  response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);

function* eventsOf(answer: FakeStream, id: string): Generator<Event> {
  const usage = answer.usage === undefined ? { input_tokens: 10, output_tokens: 5 } : answer.usage;
  const usualStop = answer.blocks.some((block) => 'tool' in block)
    ? 'tool_use'
    : answer.blocks.some((block) => 'summary' in block)
      ? 'compaction'
      : 'end_turn';
  yield {
    type: 'message_start',
    message: {
      id,
      type: 'message',
      role: 'assistant',
      ...(answer.model !== undefined && { model: answer.model }),
      content: [],
      stop_reason: null,
      stop_sequence: null,
      ...(usage !== null && { usage: { ...usage, output_tokens: 1 } }),
    },
  };
  yield { type: 'ping' };
  for (const [index, block] of answer.blocks.entries()) {
    const { start, deltas } = toWire(block);
    yield { type: 'content_block_start', index, content_block: start };
    for (const delta of deltas) yield { type: 'content_block_delta', index, delta };
    yield { type: 'content_block_stop', index };
  }
  yield {
    type: 'message_delta',
    delta: { stop_reason: answer.stop ?? usualStop, stop_sequence: null },
    ...(usage !== null && { usage }),
  };
  yield { type: 'message_stop' };
}

function toWire(block: FakeBlock): { readonly start: object; readonly deltas: readonly object[] } {
  if ('text' in block) {
    const deltas = block.text.map((text) => ({ type: 'text_delta', text }));
    return { start: { type: 'text', text: '' }, deltas };
  }
  if ('thinking' in block) {
    const { signature } = block;
    return {
      start: { type: 'thinking', thinking: '', ...(signature !== undefined && { signature: '' }) },
      deltas: [
        ...block.thinking.map((thinking) => ({ type: 'thinking_delta', thinking })),
        ...(signature === undefined ? [] : [{ type: 'signature_delta', signature }]),
      ],
    };
  }
  if ('summary' in block) {
    return { start: { type: 'compaction', content: block.summary, signature: 'sig==' }, deltas: [] };
  }
  if ('block' in block) return { start: block.block, deltas: [] };
  if ('redacted' in block) return { start: { type: 'redacted_thinking', data: block.redacted }, deltas: [] };
  if ('tool' in block) {
    const json = JSON.stringify(block.input);
    const pieces = block.json ?? [json.slice(0, 7), json.slice(7)];
    return {
      start: { type: 'tool_use', id: block.id, name: block.tool, input: {} },
      deltas: pieces.map((partial_json) => ({ type: 'input_json_delta', partial_json })),
    };
  }
  return {
    start: { type: block.unknown, secret: 42 },
    deltas: [{ type: `${block.unknown}_delta`, value: 'x' }],
  };
}
