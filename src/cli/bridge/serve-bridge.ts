import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { ClientSession } from '#cli/bridge/client-session.ts';
import type { StdioServer } from '#cli/bridge/read-config.ts';
import type { Clock } from '#lib/clock.ts';

/** Each is a process: more than this is a client that forgets to end its sessions. */
const MAX_SESSIONS = 32;
/** Clients that are gone do not say so. */
const IDLE_MS = 30 * 60_000;
const LOOK_MS = 60_000;

export interface BridgeOptions {
  readonly servers: readonly StdioServer[];
  /** 0 for any free one. */
  readonly port: number;
  readonly token: string;
  /** By which it is reached besides this machine's own: that of a tunnel. */
  readonly hosts: readonly string[];
  readonly clock: Clock;
  readonly tell: (line: string) => void;
}

export interface Bridge {
  readonly port: number;
  /** Ends the programs, too. */
  close(): Promise<void>;
}

interface Kept {
  readonly session: ClientSession;
  /** Responses that are not finished. */
  open: number;
  usedAt: number;
}

/** Serves each program at `/<name>/mcp` on this machine. Contract: nothing is started for who has not the token. */
export async function serveBridge(options: BridgeOptions): Promise<Bridge> {
  const { servers, token, hosts, clock, tell } = options;
  const sessions = new Map<string, Kept>();
  const http = createServer((request, response) => void answer(request, response));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { host = '', authorization = '' } = request.headers;
    if (!isOurs(host, hosts))
      return refuse(response, 403, `The bridge is not known as ${host}. Start it with --allow-host ${host}.`);
    if (!sameText(authorization, `Bearer ${token}`)) {
      response.setHeader('WWW-Authenticate', 'Bearer realm="edgewise bridge"');
      return refuse(response, 401, 'Send the token of the bridge: Authorization: Bearer <token>.');
    }
    const path = new URL(request.url ?? '/', 'http://bridge').pathname;
    const server = servers.find(({ name }) => path === `/${name}/mcp`);
    if (server === undefined) {
      const paths = servers.map(({ name }) => `/${name}/mcp`).join(', ');
      return refuse(response, 404, `Nothing is served here. There is: ${paths}`);
    }
    const id = request.headers['mcp-session-id'];
    if (id === undefined) return begin(server, request, response);
    const kept = sessions.get(`${server.name} ${String(id)}`);
    // The protocol's word for: begin a new one
    if (kept === undefined) return refuse(response, 404, 'Session not found');
    return pass(kept, request, response);
  }

  function begin(server: StdioServer, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (sessions.size >= MAX_SESSIONS) {
      const words = `The bridge has ${MAX_SESSIONS} sessions open. Close a client, or start the bridge again.`;
      return Promise.resolve(refuse(response, 503, words));
    }
    const key = (id: string) => `${server.name} ${id}`;
    const kept: Kept = {
      session: new ClientSession({
        server,
        tell,
        onOpen: (id) => void sessions.set(key(id), kept),
        onClose: (id) => void sessions.delete(key(id)),
      }),
      open: 0,
      usedAt: clock.now(),
    };
    return pass(kept, request, response);
  }

  async function pass(kept: Kept, request: IncomingMessage, response: ServerResponse): Promise<void> {
    kept.open += 1;
    response.once('close', () => {
      kept.open -= 1;
      kept.usedAt = clock.now();
    });
    await kept.session.transport.handleRequest(request, response);
  }

  const look = setInterval(() => {
    for (const { session, open, usedAt } of sessions.values())
      if (open === 0 && !session.isBusy && clock.now() - usedAt > IDLE_MS) void session.close();
  }, LOOK_MS);

  http.listen(options.port, '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    async close() {
      clearInterval(look);
      http.close();
      await Promise.all([...sessions.values()].map(({ session }) => session.close()));
      http.closeAllConnections();
    },
  };
}

const localNames = new Set(['localhost', '127.0.0.1', '[::1]']);

/** A web page that turned its own name into this machine's address sends its own name. */
function isOurs(host: string, allowed: readonly string[]): boolean {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  return localNames.has(name) || allowed.includes(name);
}

/** Takes the same time wherever they differ. */
function sameText(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ jsonrpc: '2.0', error: { code: -32_001, message }, id: null }));
}
