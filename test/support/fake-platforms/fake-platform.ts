import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

/** One call that the fake server has received. */
export interface PlatformCall {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  /** Parsed JSON, or the fields of a form as strings. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly file: { readonly name: string; readonly type: string; readonly bytes: Uint8Array } | null;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** A message that the platform has taken, as its user sees it now, whatever the caller was told. */
export interface TakenMessage {
  readonly id: string;
  readonly chatId: string;
  readonly text: string;
  readonly file: PlatformCall['file'];
  readonly call: PlatformCall;
}

/** A field of a call as text: forms and lenient APIs take numbers and texts alike. Empty where it is neither. */
export function fieldOf({ body }: PlatformCall, name: string): string {
  const value = body[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

export interface PlatformAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Fault =
  /** This answer, and nothing is done. */
  | { readonly kind: 'answer'; readonly answer: PlatformAnswer }
  /** The connection is cut, before the call is carried out or after. */
  | { readonly kind: 'cut'; readonly when: 'before' | 'after' }
  /** The answer begins and breaks off. */
  | { readonly kind: 'half' }
  | { readonly kind: 'delay'; readonly ms: number }
  /** There is never an answer. The call is carried out. */
  | { readonly kind: 'hang' };

export interface FakePlatform {
  readonly url: string;
  readonly calls: readonly PlatformCall[];
  readonly messages: readonly TakenMessage[];
  /** Decides for each call what goes wrong; null: nothing. */
  faultWith(choose: (call: PlatformCall) => Fault | null): void;
  /** What goes wrong with the next calls of sending, in order. */
  failNext(...faults: Fault[]): void;
  /** Forgets what `failNext` has still to come. */
  clearFaults(): void;
  close(): Promise<void>;
}

export interface FakeRules {
  /** Carries a call out. `take` records a message, `change` that its text is another now. */
  answer(
    call: PlatformCall,
    take: (message: Omit<TakenMessage, 'call'>) => void,
    change: (id: string, text: string) => void,
  ): PlatformAnswer | FileAnswer;
  /** Whether `failNext` is about this call. */
  isSend(call: PlatformCall): boolean;
}

interface FileAnswer {
  readonly bytes: Uint8Array;
  readonly contentType: string;
}

/** A real HTTP server on 127.0.0.1 that answers by a platform's rules. */
export async function startFakePlatform(rules: FakeRules, port = 0): Promise<FakePlatform> {
  const calls: PlatformCall[] = [];
  const messages: TakenMessage[] = [];
  const next: Fault[] = [];
  let choose = (_call: PlatformCall): Fault | null => null;

  const server = createServer((incoming, response) => {
    void (async () => {
      const call = await receive(incoming);
      calls.push(call);
      const fault = (rules.isSend(call) ? next.shift() : undefined) ?? choose(call);
      if (fault?.kind === 'cut' && fault.when === 'before') return response.destroy();
      if (fault?.kind === 'answer') return send(response, fault.answer);
      if (fault?.kind === 'delay') await wait(fault.ms);
      const answer = rules.answer(
        call,
        (message) => void messages.push({ ...message, call }),
        (id, text) => {
          const at = messages.findIndex((one) => one.id === id);
          const message = messages[at];
          if (message !== undefined) messages[at] = { ...message, text };
        },
      );
      if (fault?.kind === 'cut') return response.destroy();
      if (fault?.kind === 'hang') return undefined;
      if (fault?.kind === 'half') return sendHalf(response);
      return send(response, answer);
    })().catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the fake platform has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    calls,
    messages,
    faultWith: (chooser) => {
      choose = chooser;
    },
    failNext: (...faults) => void next.push(...faults),
    clearFaults: () => void next.splice(0),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function receive(incoming: IncomingMessage): Promise<PlatformCall> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  const bytes = Buffer.concat(chunks);
  const url = new URL(incoming.url ?? '/', 'http://fake');
  const type = incoming.headers['content-type'] ?? '';
  const { body, file } = /^(multipart|application\/x-www)/.test(type)
    ? await readForm(bytes, type)
    : readJson(bytes);
  return {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: incoming.headers,
    body,
    file,
    at: Date.now(),
  };
}

function readJson(bytes: Buffer): Pick<PlatformCall, 'body' | 'file'> {
  const body: unknown = bytes.length === 0 ? {} : JSON.parse(bytes.toString('utf8'));
  return { body: typeof body === 'object' && body !== null ? { ...body } : {}, file: null };
}

async function readForm(bytes: Buffer, type: string): Promise<Pick<PlatformCall, 'body' | 'file'>> {
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData();
  const body: Record<string, unknown> = {};
  let file: PlatformCall['file'] = null;
  for (const [name, value] of form) {
    if (typeof value === 'string') body[name] = value;
    else {
      body[name] = '(file)';
      file = { name: value.name, type: value.type, bytes: new Uint8Array(await value.arrayBuffer()) };
    }
  }
  return { body, file };
}

function send(response: ServerResponse, answer: PlatformAnswer | FileAnswer): void {
  if ('bytes' in answer) {
    response.writeHead(200, { 'content-type': answer.contentType });
    response.end(answer.bytes);
    return;
  }
  response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
  response.end(JSON.stringify(answer.body));
}

function sendHalf(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
  response.write('{"ok"', () => response.destroy());
}
