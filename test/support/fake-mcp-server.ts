import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { FakeSignIn } from '#test/support/fake-sign-in.ts';
import { fakeTools } from '#test/support/fake-mcp-tools.ts';

/**
 * A real MCP server over HTTP on 127.0.0.1, made with the SDK's own. The path says what it is like:
 * `/mcp` Streamable HTTP with sessions · `/json` without sessions, streams and changes of its list · `/sse` the older transport alone ·
 * `/dead` never answers · `/broken` answers 500 · `/nonsense` answers what is no MCP · `/key` wants `x-key: secret-value`
 * · `/oauth` wants a sign-in · `/away` redirects elsewhere. `/control/<name>` changes it: `rename`, `restart`, `expire`.
 */
export interface FakeMcpServer {
  readonly url: string;
  /** What came to MCP paths, with the query: it makes the requests of a test its own. */
  readonly requests: readonly { readonly path: string; readonly method: string; readonly rpc: string }[];
  close(): Promise<void>;
}

export async function startFakeMcpServer(): Promise<FakeMcpServer> {
  const sessions = new Map<string, { transport: StreamableHTTPServerTransport; server: Server }>();
  const streams = new Map<string, SSEServerTransport>();
  const requests: { path: string; method: string; rpc: string }[] = [];
  const state = { tool: 'echo' };
  let url = '';
  const signIn = new FakeSignIn(() => url);

  const makeServer = ({ listChanged = true } = {}) => {
    const server = new Server({ name: 'fake', version: '1' }, { capabilities: { tools: { listChanged } } });
    server.setRequestHandler(ListToolsRequestSchema, ({ params }) =>
      fakeTools.list(state.tool, params?.cursor),
    );
    server.setRequestHandler(CallToolRequestSchema, ({ params }, extra) =>
      fakeTools.call(params.name, params.arguments ?? {}, {
        progress: (progress) =>
          params._meta?.progressToken === undefined
            ? Promise.resolve()
            : extra.sendNotification({
                method: 'notifications/progress',
                params: { progress, progressToken: params._meta.progressToken },
              }),
        signal: extra.signal,
        rename: (name) => (state.tool = name),
      }),
    );
    return server;
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://fake');
    if (await signIn.answer(request, response, pathname)) return;
    if (pathname === '/control/rename') {
      state.tool = searchParams.get('to') ?? 'echo';
      response.end();
      return;
    }
    if (pathname === '/control/restart') {
      sessions.clear();
      response.end();
      return;
    }
    if (pathname === '/control/requests') {
      response.end(JSON.stringify(requests));
      return;
    }
    const body = request.method === 'POST' ? await readJson(request) : undefined;
    requests.push({
      path: request.url ?? '',
      method: request.method ?? '',
      rpc: String(Object(body).method ?? ''),
    });
    switch (pathname) {
      case '/dead':
        return;
      case '/broken':
        response.writeHead(500).end('internal details that nobody should read');
        return;
      case '/nonsense':
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"hello":"world"}');
        return;
      case '/away':
        response.writeHead(307, { location: 'http://127.0.0.2:1/' }).end();
        return;
      case '/sse': {
        if (request.method !== 'GET') return void response.writeHead(405).end();
        const transport = new SSEServerTransport('/messages', response);
        streams.set(transport.sessionId, transport);
        await makeServer().connect(transport);
        return;
      }
      case '/messages':
        await streams.get(searchParams.get('sessionId') ?? '')?.handlePostMessage(request, response, body);
        return;
      case '/json': {
        const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
        await makeServer({ listChanged: false }).connect(transport);
        await transport.handleRequest(request, response, body);
        return;
      }
      case '/key':
        if (request.headers['x-key'] !== 'secret-value') return void response.writeHead(403).end();
        break;
      case '/oauth':
        if (!signIn.admits(request, response)) return;
        break;
      case '/mcp':
        break;
      default:
        return void response.writeHead(404).end();
    }
    const id = request.headers['mcp-session-id'];
    const known = typeof id === 'string' ? sessions.get(id) : undefined;
    if (known !== undefined) return known.transport.handleRequest(request, response, body);
    if (id !== undefined) return void response.writeHead(404).end();
    const server = makeServer();
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (session) => void sessions.set(session, { transport, server }),
    });
    await server.connect(transport);
    await transport.handleRequest(request, response, body);
  }

  const http = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      console.error(error);
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('the fake MCP server has no port');
  url = `http://127.0.0.1:${address.port}`;
  return {
    url,
    requests,
    close: async () => {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString() || 'null');
}
