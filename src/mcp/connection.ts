import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import {
  StreamableHTTPClientTransport,
  StreamableHTTPError,
} from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { FetchLike, Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js';
import { CfWorkerJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/cfworker';
import { z } from 'zod';
import { untilAborted, withDeadline, type Deadline } from '#lib/deadline.ts';
import { ListedTool, ToolAnswer } from '#mcp/answers.ts';
import { requestId, type RequestId } from '#mcp/give-up.ts';
import { broken, mcpFetch, STREAM_ENDED, type McpFetchDeps } from '#mcp/mcp-fetch.ts';
import {
  ConnectionExpired,
  EndUnknown,
  McpProblem,
  NotTaken,
  ServerRefused,
  SignInNeeded,
} from '#mcp/mcp-problem.ts';
import type { RemoteServer } from '#mcp/remote-server.ts';

export type ConnectionDeps = Pick<McpFetchDeps, 'headers' | 'access'> & {
  readonly fetch: FetchLike;
};

const REQUEST_TIMEOUT: number = ErrorCode.RequestTimeout;
const CONNECTION_CLOSED: number = ErrorCode.ConnectionClosed;

/** However much progress a call reports, and however long it waits for its turn, it ends. */
const LONGEST_MS = 10 * 60_000;

/** What a list may have. More than that no model can choose from. */
const MAX_PAGES = 50;
const MAX_TOOLS = 500;

const Page = z.looseObject({ tools: z.array(z.unknown()), nextCursor: z.string().optional() });

/** One connection to a server. Contract: everything it throws for a reason outside is an `McpProblem`. */
export class Connection {
  readonly #server: RemoteServer;
  readonly #client: Client;
  readonly #transport: Transport;
  readonly #times = new Map<RequestId, Deadline>();
  #handedOver: Deadline | undefined;
  #connecting: Deadline | undefined;
  #problem: McpProblem | undefined;
  #closed = false;

  private constructor(
    server: RemoteServer,
    deps: ConnectionDeps,
    transport: RemoteServer['transport'] = server.transport,
  ) {
    this.#server = server;
    this.#client = new Client(
      { name: 'edgewise', version: '0.1.0' },
      // The default compiles with eval, which Workers forbid
      { jsonSchemaValidator: new CfWorkerJsonSchemaValidator() },
    );
    const fetch = mcpFetch(server, {
      ...deps,
      transport,
      timeOf: (id) => (id === undefined ? undefined : this.#times.get(id)) ?? this.#connecting,
      onProblem: (problem) => this.#fail(problem),
    });
    const url = new URL(server.url);
    this.#transport =
      transport === 'sse'
        ? new SSEClientTransport(url, { fetch })
        : new StreamableHTTPClientTransport(url, { fetch });
    this.#noteTimes(this.#transport);
  }

  /** Only here it can be seen which id the SDK gives to a request. */
  #noteTimes(transport: Transport): void {
    const send = transport.send.bind(transport);
    transport.send = (message, options) => {
      const id = requestId(message);
      if (id !== undefined && this.#handedOver !== undefined) this.#times.set(id, this.#handedOver);
      return send(message, options);
    };
  }

  /** By Streamable HTTP; where the server does not know it, by the older SSE. */
  static async open(server: RemoteServer, deps: ConnectionDeps, time: Deadline): Promise<Connection> {
    const connection = new Connection(server, deps);
    const refusal = await connection.#start(time);
    if (refusal === undefined) return connection;
    const older = new Connection(server, deps, 'sse');
    try {
      await older.#start(time);
      return older;
    } catch (error) {
      throw error instanceof SignInNeeded || time.signal.aborted ? error : connection.#explain(refusal);
    }
  }

  /** Undefined: connected. The error, where another transport may do better. */
  async #start(time: Deadline): Promise<StreamableHTTPError | undefined> {
    this.#connecting = time;
    try {
      const connected = this.#client.connect(this.#transport, { timeout: LONGEST_MS });
      await untilAborted(connected, time.signal, () => {
        throw new Error('aborted');
      }).finally(() => (this.#connecting = undefined));
      return undefined;
    } catch (error) {
      await this.close();
      const isOlder =
        error instanceof StreamableHTTPError && [400, 404, 405, 406, 415].includes(error.code ?? 0);
      if (isOlder && this.#problem === undefined && this.#server.transport === 'http') return error;
      throw this.#explain(error);
    }
  }

  /** Whether the server tells, or would tell, when its list changes. */
  get listMayChange(): boolean {
    return this.#client.getServerCapabilities()?.tools?.listChanged ?? false;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** All pages. What is no tool at all is left out. */
  async listTools(time: Deadline): Promise<readonly ListedTool[]> {
    if (this.#client.getServerCapabilities()?.tools === undefined) return [];
    const tools: ListedTool[] = [];
    const seen = new Set<string>();
    for (let cursor: string | undefined; ;) {
      const params = cursor === undefined ? {} : { cursor };
      const page = await this.#request({ method: 'tools/list', params }, Page, time);
      for (const tool of page.tools) {
        const parsed = ListedTool.safeParse(tool);
        if (parsed.success && tools.length < MAX_TOOLS) tools.push(parsed.data);
      }
      cursor = page.nextCursor;
      // A server may lead in circles
      if (cursor === undefined || seen.has(cursor) || seen.size >= MAX_PAGES || tools.length >= MAX_TOOLS) {
        return tools;
      }
      seen.add(cursor);
    }
  }

  /** Its time starts when it is sent, and anew with each progress that the server reports. */
  async callTool(name: string, input: unknown, signal: AbortSignal): Promise<ToolAnswer> {
    const wasGivenUp = signal.aborted;
    return withDeadline(this.#server.timeoutSeconds * 1000, signal, async (time) => {
      try {
        const request = { method: 'tools/call', params: { name, arguments: input } };
        return await this.#request(request, ToolAnswer, time, () => time.restart());
      } catch (error) {
        const isKnown = error instanceof NotTaken || error instanceof ServerRefused;
        if (!(error instanceof McpProblem) || isKnown) throw error;
        throw wasGivenUp || time.isUnsent()
          ? new NotTaken(`The call was given up before it was sent to the MCP server ${this.#server.name}.`)
          : new EndUnknown(error.message);
      }
    });
  }

  /** Also ends what the server keeps for this connection, if it answers within a second. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#transport instanceof StreamableHTTPClientTransport && this.#problem === undefined) {
      const ended = this.#transport.terminateSession().catch(() => {});
      await withDeadline(1_000, null, ({ signal }) => untilAborted(ended, signal, () => {}));
    }
    await this.#client.close().catch(() => {});
  }

  async #request<Answer extends z.ZodType>(
    request: { readonly method: string; readonly params: Record<string, unknown> },
    schema: Answer,
    time: Deadline,
    onprogress?: () => void,
  ): Promise<z.output<Answer>> {
    try {
      this.#handedOver = time;
      const answered = this.#client.request(request, z.looseObject({}), {
        signal: time.signal,
        timeout: LONGEST_MS,
        ...(onprogress && { onprogress }),
      });
      this.#handedOver = undefined;
      return schema.parse(await answered);
    } catch (error) {
      throw this.#explain(error);
    }
  }

  #fail(problem: McpProblem): void {
    this.#problem ??= problem;
    this.#closed = true;
    void this.#client.close().catch(() => {});
  }

  #explain(error: unknown): McpProblem {
    const { name, timeoutSeconds } = this.#server;
    if (this.#problem !== undefined) return this.#problem;
    if (error instanceof McpProblem) return error;
    if (error instanceof z.ZodError)
      return new McpProblem(`The MCP server ${name} gave an answer that is no MCP.`);
    if (error instanceof StreamableHTTPError) {
      if (error.code === 404 && this.#client.getServerVersion() !== undefined) {
        this.#fail(new ConnectionExpired(`The MCP server ${name} has forgotten this connection.`));
        return this.#problem ?? broken(name);
      }
      const text = `The MCP server ${name} answered with ${shownStatus(error.code)}.`;
      const isRefused =
        error.code !== undefined && error.code >= 300 && error.code < 500 && error.code !== 408;
      return isRefused ? new NotTaken(text) : new McpProblem(text);
    }
    if (error instanceof McpError) {
      if (error.code === REQUEST_TIMEOUT)
        return new McpProblem(
          `The MCP server ${name} did not answer within ${timeoutSeconds} seconds, and is not waited for any more.`,
        );
      if (error.code === CONNECTION_CLOSED || error.code === STREAM_ENDED) return broken(name);
      // Without what the SDK puts before it
      return new ServerRefused(error.message.replace(/^MCP error -?\d+: /, ''));
    }
    return new McpProblem(`The MCP server ${name} cannot be reached.`);
  }
}

const shownStatus = (code: number | undefined): string =>
  code === undefined || code < 100 ? 'something that is no MCP' : `the error status ${code}`;
