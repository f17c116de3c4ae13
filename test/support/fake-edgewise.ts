import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { text as readAll } from 'node:stream/consumers';
import { WebSocketServer, type WebSocket } from 'ws';
import { FakeConnections } from '#test/support/fake-connections.ts';
import type { SessionInfo } from '#protocol/session.ts';
import { reportUsage, type UsageReport } from '#protocol/usage.ts';

/** An event as a script writes it: the fake gives it its number. */
export type ScriptEvent = { type: string } & Record<string, unknown>;

/** What a turn does: yields events; `answer` waits for the person, `cancelled` tells whether to stop. */
interface TurnTools {
  readonly prompt: string;
  readonly answer: (questionId: string) => Promise<unknown>;
  readonly untilCancelled: () => Promise<void>;
}
export type Script = (turn: TurnTools) => AsyncIterable<ScriptEvent> | Iterable<ScriptEvent>;

interface FakeSession {
  readonly id: string;
  readonly log: (ScriptEvent & { event_id: number })[];
  readonly prompts: string[];
  readonly seenIds: Set<string>;
  readonly sockets: Set<WebSocket>;
  readonly answers: Map<string, unknown>;
  readonly watchers: Set<() => void>;
  queue: Promise<void>;
  cancelled: boolean;
  turns: number;
}

const done = (more: Record<string, unknown> = {}): ScriptEvent => ({
  type: 'done',
  turn_count: 1,
  total_cost_usd: 0.0123,
  duration_ms: 1234,
  duration_api_ms: 1000,
  is_error: false,
  ...more,
});

/** The answer word by word, as a model gives it. */
export function* say(text: string): Iterable<ScriptEvent> {
  for (const piece of text.match(/\S+\s*|\s+/g) ?? []) yield { type: 'text_delta', text: piece };
  yield { type: 'assistant_text', text };
}

const agents = [
  {
    agent_id: 'general',
    name: 'General',
    description: 'Helps with anything',
    model: 'sonnet',
    is_default: true,
  },
  { agent_id: 'coder', name: 'Coder', description: 'Writes code', model: 'opus', is_default: false },
];

const commands = [
  { name: 'summarize', description: 'Sums it up', argument_hint: '[file]', source: 'writing-tools' },
];

const token = (name: string, secondsToLive: number) => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + secondsToLive;
  return `${part({ alg: 'HS256' })}.${part({ sub: name, username: name, exp })}.${Math.random().toString(36).slice(2)}`;
};

/** A small server with the routes, frames and refusals that the command line client relies on. */
export class FakeEdgewise {
  readonly #http = createServer((request, response) => void this.#answer(request, response));
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly sessions = new Map<string, FakeSession>();
  readonly script: Script;
  /** Requests as `METHOD path`, in order. */
  readonly requests: string[] = [];
  /** Frames that came in, in order. */
  readonly frames: Record<string, unknown>[] = [];
  /** Queries of the sockets that were opened. */
  readonly connections: Record<string, string>[] = [];
  /** After this many more events to a client its connection breaks; one number per connection. */
  breakAfter: number[] = [];
  /** How many of the next prompts get lost with their connection before they are stored. */
  losePrompts = 0;
  /** How many of the next choices of a mode get lost, though their connection seems to live on. */
  loseModes = 0;
  /** Chosen last; told to whoever comes back. */
  #mode: unknown;
  password = 'secret';
  apiKey = 'key';
  tokenSeconds = 1800;
  /** Tokens that are refused although they have not expired. */
  readonly revoked = new Set<string>();
  readonly refreshTokens = new Set<string>();
  links = new FakeConnections();

  constructor(script: Script) {
    this.script = script;
    this.#http.on('upgrade', (request, socket, head) => {
      this.#sockets.handleUpgrade(request, socket, head, (client) =>
        this.#connect(client, new URL(request.url ?? '/', 'http://fake')),
      );
    });
  }

  async start(): Promise<string> {
    this.#http.listen(0, '127.0.0.1');
    await once(this.#http, 'listening');
    const address = this.#http.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return `http://127.0.0.1:${address.port}`;
  }

  async stop(): Promise<void> {
    for (const client of this.#sockets.clients) client.terminate();
    this.#http.closeAllConnections();
    this.#http.close();
    await once(this.#http, 'close');
  }

  #session(id: string): FakeSession {
    const known = this.sessions.get(id);
    if (known !== undefined) return known;
    const session: FakeSession = {
      id,
      log: [],
      prompts: [],
      seenIds: new Set(),
      sockets: new Set(),
      answers: new Map(),
      watchers: new Set(),
      queue: Promise.resolve(),
      cancelled: false,
      turns: 0,
    };
    this.sessions.set(id, session);
    return session;
  }

  #emit(session: FakeSession, event: ScriptEvent): void {
    const before = session.log.at(-1)?.event_id ?? 0;
    const width = typeof event['text'] === 'string' && event.type === 'text_delta' ? event['text'].length : 1;
    const numbered = { ...event, event_id: before + width };
    session.log.push(numbered);
    for (const client of session.sockets) this.#send(client, numbered);
    for (const watcher of session.watchers) watcher();
  }

  readonly #left = new WeakMap<WebSocket, number>();
  #send(client: WebSocket, event: ScriptEvent): void {
    client.send(JSON.stringify(event));
    const left = (this.#left.get(client) ?? Infinity) - 1;
    this.#left.set(client, left);
    if (left === 0) client.terminate();
  }

  #connect(client: WebSocket, url: URL): void {
    const query = Object.fromEntries(url.searchParams);
    this.connections.push(query);
    if (!this.#accepts(query['token'])) return client.close(1008, 'Invalid or expired JWT token');
    const wanted = query['session_id']?.replace(/^pending-/, '');
    if (wanted !== undefined && !this.sessions.has(wanted)) {
      client.send(JSON.stringify({ type: 'error', error: `Session '${wanted}' not found` }));
      return client.close(4004, 'Session not found');
    }
    const id = wanted ?? crypto.randomUUID();
    const known = this.sessions.get(id);
    const resumed = known === undefined ? {} : { session_id: id, resumed: true, turn_count: known.turns };
    this.#left.set(client, this.breakAfter.shift() ?? Infinity);
    client.send(JSON.stringify({ type: 'ready', cwd_id: id, ...resumed }));
    if (known !== undefined && this.#mode !== undefined) this.#tellMode(client);
    if (known !== undefined) this.#catchUp(client, known, Number(query['last_event'] ?? Infinity));
    client.on('message', (frame: Buffer) => this.#receive(client, id, JSON.parse(frame.toString())));
  }

  #tellMode(client: WebSocket): void {
    client.send(JSON.stringify({ type: 'permission_mode', mode: this.#mode }));
  }

  /** As whole events, so that a client has to cut for itself what it knows of a delta. */
  #catchUp(client: WebSocket, session: FakeSession, lastEvent: number): void {
    session.sockets.add(client);
    for (const event of session.log) if (event.event_id > lastEvent) this.#send(client, event);
    client.on('close', () => session.sockets.delete(client));
  }

  #receive(client: WebSocket, id: string, frame: Record<string, unknown>): void {
    if (frame['type'] === 'ping') return client.send('{"type":"pong"}');
    this.frames.push(frame);
    if (frame['content'] !== undefined && this.losePrompts > 0) {
      this.losePrompts -= 1;
      return client.terminate();
    }
    if (frame['type'] === 'set_permission_mode') {
      if (this.loseModes > 0) return void (this.loseModes -= 1);
      this.#mode = frame['mode'];
      return this.#tellMode(client);
    }
    const session = this.#session(id);
    if (!session.sockets.has(client)) this.#catchUp(client, session, Infinity);
    if (frame['type'] === 'plan_approval_response') {
      const { approved, feedback } = frame;
      session.answers.set(String(frame['plan_id']), { approved, feedback });
      for (const watcher of session.watchers) watcher();
    } else if (frame['type'] === 'user_answer') {
      session.answers.set(String(frame['question_id']), frame['answers']);
      for (const watcher of session.watchers) watcher();
    } else if (frame['type'] === 'cancel_request') {
      session.cancelled = true;
      for (const watcher of session.watchers) watcher();
    } else if (frame['type'] === 'compact_request') {
      this.#emit(session, { type: 'compact_started' });
      this.#emit(session, { type: 'compact_completed', session_id: id });
    } else if (typeof frame['content'] === 'string') {
      this.submit(id, frame['content'], String(frame['message_id']));
    }
  }

  /** A prompt from some client of the session; one that was seen before changes nothing. */
  submit(id: string, prompt: string, messageId: string): void {
    const session = this.#session(id);
    if (session.seenIds.has(messageId)) return;
    session.seenIds.add(messageId);
    session.prompts.push(prompt);
    session.queue = session.queue.then(() => this.#runTurn(session, prompt, messageId));
  }

  async #runTurn(session: FakeSession, prompt: string, messageId: string): Promise<void> {
    session.cancelled = false;
    this.#emit(session, { type: 'session_id', session_id: session.id });
    this.#emit(session, { type: 'user_message', content: prompt, message_id: messageId });
    const until = (found: () => boolean) =>
      new Promise<void>((resolve) => {
        const watcher = () => {
          if (!found()) return;
          session.watchers.delete(watcher);
          resolve();
        };
        session.watchers.add(watcher);
        watcher();
      });
    const turn: TurnTools = {
      prompt,
      async answer(questionId) {
        await until(() => session.answers.has(questionId));
        return session.answers.get(questionId);
      },
      untilCancelled: () => until(() => session.cancelled),
    };
    for await (const event of this.script(turn)) {
      if (session.cancelled) break;
      this.#emit(session, event);
      await new Promise(setImmediate);
    }
    session.turns += 1;
    this.#emit(session, session.cancelled ? { type: 'cancelled' } : done({ turn_count: 1 }));
  }

  #accepts(given: string | undefined): boolean {
    if (given === undefined || this.revoked.has(given)) return false;
    const claims: unknown = JSON.parse(
      Buffer.from(given.split('.')[1] ?? '', 'base64url').toString() || '{}',
    );
    return typeof claims === 'object' && claims !== null && 'username' in claims;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://fake');
    const path = url.pathname.replace('/api/v1', '');
    const route = `${request.method} ${path}`;
    this.requests.push(`${route}${url.search}`);
    const raw = await readAll(request);
    const body: Record<string, unknown> = raw === '' ? {} : JSON.parse(raw);
    const reply = (status: number, value: unknown) => {
      const text = value === null ? '' : JSON.stringify(value);
      response.writeHead(status, { 'content-type': 'application/json' }).end(text);
    };

    if (route === 'POST /auth/login') return reply(200, this.#login(body));
    if (route === 'POST /auth/ws-token-refresh') {
      const refresh = String(body['refresh_token']);
      if (!this.refreshTokens.delete(refresh))
        return reply(401, { detail: 'Invalid or expired refresh token' });
      return reply(200, this.#tokens(refresh.split(' ')[0] ?? ''));
    }
    if (request.headers['x-api-key'] !== this.apiKey)
      return reply(401, { detail: 'Invalid or missing API key' });
    if (route === 'GET /config/agents') return reply(200, { agents });
    if (route === 'GET /config/subagents')
      return reply(200, { subagents: [{ name: 'reviewer', focus: 'Reads code' }] });
    if (route === 'GET /config/skills') return reply(200, { skills: [] });
    if (route === 'GET /config/commands') return reply(200, { commands });
    const user = request.headers['x-user-token'];
    if (!this.#accepts(typeof user === 'string' ? user : undefined)) {
      return reply(401, { detail: 'User authentication required. Please login first.' });
    }
    if (path.startsWith('/conversations')) return this.#converse(route, body, response, url);
    if (path.startsWith('/sessions') || path === '/usage')
      return this.#sessionRoute(route, body, reply, response, url);
    const connected = this.links.answer(route, body);
    if (connected !== undefined) return reply(connected.status, connected.value);
    if (route === 'POST /auth/logout') {
      this.refreshTokens.delete(String(body['refresh_token']));
      return reply(200, { success: true, message: 'Logged out successfully' });
    }
    return reply(404, { detail: 'Not Found' });
  }

  #tokens(username: string) {
    const refresh_token = `${username} ${crypto.randomUUID()}`;
    this.refreshTokens.add(refresh_token);
    return {
      access_token: token(username, this.tokenSeconds),
      refresh_token,
      token_type: 'bearer',
      expires_in: this.tokenSeconds,
      user_id: username,
    };
  }

  #login({ username, password }: Record<string, unknown>) {
    if (password !== this.password) {
      return {
        success: false,
        token: null,
        refresh_token: null,
        user: null,
        error: 'Invalid username or password',
      };
    }
    const { access_token, refresh_token } = this.#tokens(String(username));
    return { success: true, token: access_token, refresh_token, user: { id: '1', username }, error: null };
  }

  #info(session: FakeSession): SessionInfo {
    return {
      session_id: session.id,
      name: null,
      first_message: session.prompts[0] ?? null,
      created_at: '2026-11-01T08:00:00.000Z',
      updated_at: '2026-11-01T08:01:00.000Z',
      turn_count: session.turns,
      user_id: null,
      agent_id: 'general',
      cwd_id: session.id,
      permission_folders: null,
      client_type: 'web',
      archived: false,
    };
  }

  /** Of 2,010 tokens in and 5 out a turn. */
  #usage(turns: number): UsageReport {
    return reportUsage({
      turns,
      steps: turns,
      input_tokens: 10 * turns,
      output_tokens: 5 * turns,
      cache_creation_input_tokens: 500 * turns,
      cache_read_input_tokens: 1500 * turns,
      cost_usd: 0.0125 * turns,
    });
  }

  #sessionRoute(
    route: string,
    body: Record<string, unknown>,
    reply: (status: number, value: unknown) => void,
    response: ServerResponse,
    url: URL,
  ): void {
    const list = [...this.sessions.values()].reverse();
    if (route === 'GET /sessions')
      return reply(
        200,
        list.map((session) => this.#info(session)),
      );
    if (route === 'GET /sessions/search') {
      const query = url.searchParams.get('query') ?? '';
      const results = list
        .filter(({ prompts }) => prompts.some((prompt) => prompt.includes(query)))
        .map((session) => ({
          ...this.#info(session),
          relevance_score: 1,
          match_count: 1,
          snippet: `…${query}…`,
          snippets: [`…${query}…`],
        }));
      return reply(200, { results, total_count: results.length, query });
    }
    if (route === 'GET /usage') {
      const report = this.#usage(list.flatMap(({ prompts }) => prompts).length);
      const days = list.length === 0 ? [] : [{ day: '2026-11-01', ...report }];
      return reply(200, { total: report, days });
    }
    if (route === 'POST /sessions/batch-delete') {
      const ids = Array.isArray(body['session_ids']) ? body['session_ids'] : [];
      for (const id of ids) this.sessions.delete(String(id));
      return reply(200, { status: 'deleted' });
    }
    const [, , id = '', what = ''] = (route.split(' ')[1] ?? '').split('/');
    const session = this.sessions.get(id.replace(/^pending-/, ''));
    if (what === 'history') return reply(200, this.#history(id, session));
    if (session === undefined) return reply(404, { message: `Session '${id}' not found`, session_id: id });
    if (what === 'usage') return reply(200, { session_id: id, ...this.#usage(session.prompts.length) });
    if (what === 'export') {
      response.writeHead(200).end(`${url.searchParams.get('format')} of ${session.prompts.join(', ')}\n`);
      return undefined;
    }
    return reply(200, { ...this.#info(session), name: body['name'] });
  }

  #history(id: string, session: FakeSession | undefined) {
    const record = {
      timestamp: '2026-11-01T08:00:00.000Z',
      message_id: null,
      tool_name: null,
      tool_use_id: null,
      is_error: null,
      metadata: {},
    };
    const messages = (session?.log ?? []).flatMap((event) => {
      if (event.type === 'user_message') return [{ ...record, role: 'user', content: event['content'] }];
      if (event.type === 'assistant_text') return [{ ...record, role: 'assistant', content: event['text'] }];
      return [];
    });
    return {
      session_id: id,
      messages,
      turn_count: session?.turns ?? 0,
      first_message: session?.prompts[0] ?? null,
      last_event: session?.log.at(-1)?.event_id ?? 0,
      next_cursor: null,
    };
  }

  #converse(route: string, body: Record<string, unknown>, response: ServerResponse, url: URL): void {
    const [, , named = '', what = ''] = (route.split(' ')[1] ?? '').split('/');
    const session = this.#session(named === '' ? crypto.randomUUID() : named.replace(/^pending-/, ''));
    if (what === 'interrupt') {
      session.cancelled = true;
      for (const watcher of session.watchers) watcher();
      response.writeHead(200).end('{"status":"interrupted"}');
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const write = (event: string, data: unknown, id?: number) =>
      response.write(
        `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`,
      );
    write('session_id', { session_id: `pending-${session.id}`, found_in_cache: named !== '' });
    const follows = route.startsWith('GET');
    let sent = follows
      ? session.log.filter(({ event_id }) => event_id <= Number(url.searchParams.get('last_event'))).length
      : session.log.length;
    let left = this.breakAfter.shift() ?? Infinity;
    const watcher = () => {
      for (const event of session.log.slice(sent)) {
        sent += 1;
        const { type, event_id, ...data } = event;
        if (['session_id', 'user_message', 'assistant_text'].includes(type)) continue;
        write(type, data, event_id);
        left -= 1;
        const isOver = type === 'done' || type === 'cancelled';
        if (!isOver && left > 0) continue;
        session.watchers.delete(watcher);
        if (isOver) response.end();
        else setImmediate(() => response.destroy());
        return;
      }
    };
    session.watchers.add(watcher);
    if (follows) watcher();
    else this.submit(session.id, String(body['content']), crypto.randomUUID());
  }
}
