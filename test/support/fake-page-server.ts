import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { WebSocketServer, type WebSocket } from 'ws';
import { FakeConnections } from '#test/support/fake-connections.ts';
import { FakeSession, type ScriptedEvent } from '#test/support/fake-page-session.ts';

export interface FakePageServer {
  readonly url: string;
  /** Every request so far: `GET /api/v1/sessions`. */
  readonly requests: string[];
  /** What the page sent over its sockets, newest last. */
  readonly frames: Record<string, unknown>[];
  readonly sessions: Map<string, FakeSession>;
  readonly connections: FakeConnections;
  /** Called for each new prompt, after it was echoed. */
  onPrompt: (session: FakeSession, text: string) => void;
  /** Called for each reply to what the agent waits for. */
  onReply: (session: FakeSession, frame: Record<string, unknown>) => void;
  /** Answers uploads; the default takes every file. */
  upload: (name: string, size: number) => { readonly error: string | null };
  demo: boolean;
  /** Of who is signed in. */
  role: string;
  /** Those that are set up. */
  messengers: readonly string[];
  /** The next request by cookie is refused until the page has refreshed it. */
  expireCookie(): void;
  /** From now on a refresh is refused, too. */
  signOutEverywhere(): void;
  /** Cuts every socket without a goodbye. While `refusing`, new ones are cut at once. */
  cutSockets(refusing?: boolean): void;
  acceptSockets(): void;
  addSession(id: string, events: readonly ScriptedEvent[], name?: string): FakeSession;
  close(): Promise<void>;
}

const PASSWORD = 'right';
const REPLIES = new Set<unknown>(['user_answer', 'plan_approval_response', 'approval_response']);
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const AGENTS = [
  {
    agent_id: 'general-1',
    name: 'General agent',
    description:
      'Reads, writes and runs things in a workspace of its own. Good at files, data and small programs.',
    model: 'sonnet',
    permission_mode: 'bypassPermissions',
    is_default: true,
  },
  {
    agent_id: 'reviewer-1',
    name: 'Code reviewer',
    description: 'Reads code with care and says what it would change, and why.',
    model: 'opus',
    is_default: false,
  },
];
const COMMANDS = [
  { name: 'summarize', description: 'Sums a text up', argument_hint: '[file]', source: 'writing-tools' },
  { name: 'translate', description: 'Translates a text', argument_hint: null, source: 'writing-tools' },
  { name: 'compact', description: 'Makes room', argument_hint: '[what matters]', source: 'edgewise' },
];
const USER = { id: 'u1', username: 'admin', full_name: 'Ada Admin', role: 'admin' };

/**
 * The server as the page sees it: the built page from `folder`, and an API in memory whose conversations a test
 * scripts. Cookies, paging, replay after a lost connection and refusals are as in the real one.
 */
export async function startFakePageServer(folder: string): Promise<FakePageServer> {
  const headers = await pageHeaders(folder);
  const sockets = new Set<WebSocket>();
  let cookieGood = true;
  let refreshGood = true;
  let accepting = true;
  let cookies = 0;

  const http = createServer((request, response) => {
    void answer(request, response);
  });
  const fake: FakePageServer = {
    url: '',
    requests: [],
    frames: [],
    sessions: new Map(),
    connections: new FakeConnections(),
    onPrompt: () => {},
    onReply: () => {},
    upload: () => ({ error: null }),
    demo: false,
    role: 'admin',
    messengers: ['telegram'],
    expireCookie() {
      cookieGood = false;
    },
    signOutEverywhere() {
      cookieGood = false;
      refreshGood = false;
    },
    cutSockets(refusing = false) {
      accepting = !refusing;
      for (const socket of sockets) socket.terminate();
    },
    acceptSockets() {
      accepting = true;
    },
    addSession(id, events, name) {
      const session = new FakeSession(id, name ?? null, Date.now() - fake.sessions.size * 1_000);
      fake.sessions.set(id, session);
      for (const event of events) session.emit(event);
      return session;
    },
    async close() {
      for (const socket of sockets) socket.terminate();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://fake');
    fake.requests.push(`${request.method} ${url.pathname}${url.search}`);
    if (!url.pathname.startsWith('/api/')) return serveFile(url.pathname, response);
    const body = await readBody(request);
    const path = url.pathname.replace('/api/v1', '');
    const give = (value: unknown, status = 200, extra: Record<string, string> = {}) => {
      response.writeHead(status, { 'content-type': 'application/json', ...extra });
      response.end(value === null ? '' : JSON.stringify(value));
    };
    const freshCookie = () => {
      cookieGood = true;
      cookies += 1;
      return { 'set-cookie': `page=${cookies}; HttpOnly; SameSite=Strict; Path=/` };
    };

    if (path === '/auth/page/login') {
      const { username, password } = parse(body);
      if (username !== USER.username || password !== PASSWORD)
        return give({ success: false, user: null, error: 'Invalid username or password' });
      refreshGood = true;
      return give({ success: true, user: USER, error: null }, 200, freshCookie());
    }
    const signedIn = (request.headers.cookie ?? '').includes('page=');
    if (path === '/auth/page/refresh')
      return signedIn && refreshGood
        ? give(USER, 200, freshCookie())
        : give({ detail: 'Not authenticated' }, 401);
    if (path === '/auth/page/logout')
      return give({ success: true }, 200, { 'set-cookie': 'page=; Max-Age=0; Path=/' });
    if (!signedIn || !cookieGood) return give({ detail: 'Not authenticated' }, 401);

    if (path === '/auth/page/me') return give({ ...USER, role: fake.role });
    if (path === '/config/agents') return give({ agents: AGENTS });
    if (path === '/config/commands') return give({ commands: COMMANDS });
    if (path === '/config/page') return give({ demo: fake.demo, messengers: fake.messengers });
    if (path === '/sessions') return give([...fake.sessions.values()].map((session) => session.info()));
    if (path === '/sessions/search') return give(search(url.searchParams.get('query') ?? ''));
    if (path === '/files/upload') {
      const name = /filename="([^"]*)"/.exec(body)?.[1] ?? '';
      const owner = /name="cwd_id"\r\n\r\n(.*)\r\n/.exec(body)?.[1] ?? '';
      const { error } = fake.upload(name, body.length);
      if (error !== null)
        return give({ success: false, file: null, error, total_files: 0, total_size_bytes: 0 });
      const file = sessionOf(owner).addFile(name, body.length);
      return give({ success: true, file, error: null, total_files: 1, total_size_bytes: file.size_bytes });
    }
    const connected = fake.connections.answer(`${request.method} ${path}`, parse(body));
    if (connected !== undefined) return give(connected.value, connected.status);
    const [, room, id, verb] = path.split('/');
    const session = fake.sessions.get(id ?? '');
    if (session === undefined) return give({ detail: 'not found' }, 404);
    if (room === 'files' && verb === 'list')
      return give({
        session_id: id,
        files: session.files,
        total_files: session.files.length,
        total_size_bytes: 0,
      });
    if (room === 'files' && verb === 'delete') {
      session.files = session.files.filter((file) => file.safe_name !== parse(body)['safe_name']);
      return give({ success: true, error: null, remaining_files: session.files.length });
    }
    if (verb === 'history') return give(session.history());
    if (request.method === 'PATCH') {
      const { name } = parse(body);
      session.name = typeof name === 'string' ? name : null;
      return give(session.info());
    }
    if (request.method === 'DELETE') {
      fake.sessions.delete(session.id);
      return give({ status: 'deleted' });
    }
    return give({ detail: 'not found' }, 404);
  }

  const sessionOf = (id: string): FakeSession => {
    const known = fake.sessions.get(id) ?? new FakeSession(id, null, Date.now());
    fake.sessions.set(id, known);
    return known;
  };

  function search(query: string) {
    const results = [...fake.sessions.values()].flatMap((session) => session.find(query));
    return { results, total_count: results.length, query };
  }

  async function serveFile(path: string, response: ServerResponse): Promise<void> {
    const wanted = extname(path) === '' ? '/index.html' : normalize(path);
    const content = await readFile(join(folder, wanted)).catch(() => null);
    const type = TYPES[extname(wanted)] ?? 'application/octet-stream';
    response.writeHead(content === null ? 404 : 200, { ...headers, 'content-type': type });
    response.end(content ?? 'not found');
  }

  const webSockets = new WebSocketServer({ noServer: true });
  http.on('upgrade', (request, stream, head) => {
    const url = new URL(request.url ?? '/', 'http://fake');
    if (!accepting) {
      stream.destroy();
      return;
    }
    webSockets.handleUpgrade(request, stream, head, (socket) => {
      if (!cookieGood || !(request.headers.cookie ?? '').includes('page=')) return socket.close(4001);
      const asked = url.searchParams.get('session_id');
      if (asked !== null && !fake.sessions.has(asked)) return socket.close(4004, 'Session not found');
      sockets.add(socket);
      const id = asked ?? `s${fake.sessions.size + 1}-${Date.now()}`;
      socket.send(JSON.stringify({ type: 'ready', cwd_id: id }));
      if (asked !== null) sessionOf(asked).join(socket, Number(url.searchParams.get('last_event') ?? 0));
      socket.on('message', (data: Buffer) => receive(id, socket, parse(data.toString())));
      socket.on('close', () => {
        sockets.delete(socket);
        fake.sessions.get(id)?.leave(socket);
      });
    });
  });

  function receive(id: string, socket: WebSocket, frame: Record<string, unknown>): void {
    if (frame['type'] === 'ping') return socket.send('{"type":"pong"}');
    fake.frames.push(frame);
    const session = sessionOf(id);
    session.join(socket, session.position);
    if (frame['type'] === 'cancel_request') return session.emit({ type: 'cancelled' });
    if (REPLIES.has(frame['type'])) return fake.onReply(session, frame);
    if (frame['type'] === 'set_permission_mode')
      return session.tell({ type: 'permission_mode', mode: String(frame['mode']) });
    const content = frame['content'];
    const messageId = String(frame['message_id']);
    // A prompt that is sent again after a lost connection counts once.
    if (session.knows(messageId)) return;
    session.emit({ type: 'session_id', session_id: id });
    session.emit({ type: 'user_message', content, message_id: messageId });
    fake.onPrompt(session, typeof content === 'string' ? content : JSON.stringify(content));
  }

  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('the fake server has no port');
  return Object.assign(fake, { url: `http://127.0.0.1:${address.port}` });
}

/** The headers that hold for every file, as the platform reads them from the built page. */
async function pageHeaders(folder: string): Promise<Record<string, string>> {
  const text = await readFile(join(folder, '_headers'), 'utf8');
  const [, everywhere = ''] = /^\/\*\n((?: {2}.*\n)+)/m.exec(text) ?? [];
  return Object.fromEntries(
    everywhere
      .trim()
      .split('\n')
      .map((line) =>
        line
          .trim()
          .split(/:\s+(.*)/s)
          .slice(0, 2),
      ),
  );
}

function parse(body: string): Record<string, unknown> {
  const value: unknown = body === '' ? {} : JSON.parse(body);
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

async function readBody(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString('latin1');
}
