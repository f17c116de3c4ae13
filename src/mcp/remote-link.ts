import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js';
import { timed } from '#lib/connections.ts';
import { withDeadline, type Deadline } from '#lib/deadline.ts';
import { Connection } from '#mcp/connection.ts';
import { fillSecrets, secretNames } from '#mcp/fill-secrets.ts';
import { ConnectionExpired, McpProblem, SignInNeeded, type Challenge } from '#mcp/mcp-problem.ts';
import type { ListedTool, ToolAnswer } from '#mcp/answers.ts';
import type { RemoteServer } from '#mcp/remote-server.ts';
import { beginSignIn, hasOwnAccess, missingSecret, storedAccess, type SignInDeps } from '#mcp/sign-in.ts';

/** For connecting, and for connecting and listing together, which a turn waits for; from the first request on. */
const LIMIT_MS = 5_000;

export interface LinkDeps {
  readonly fetch: FetchLike;
  readonly secretOf: SignInDeps['secretOf'];
  /** Undefined where nothing can be kept for the user: then servers that want a sign-in cannot be used. */
  readonly signIns: () => Promise<SignInDeps | undefined>;
}

/**
 * One user's way to one server: connects when something is asked, and stays connected until `close`. Contract: what
 * it throws is an `McpProblem`, or the reason of the caller's signal.
 */
export class RemoteLink {
  readonly server: RemoteServer;
  readonly #deps: LinkDeps;
  #connection: Promise<Connection> | undefined;
  #called = false;

  constructor(server: RemoteServer, deps: LinkDeps) {
    this.server = server;
    this.#deps = deps;
  }

  listTools(): Promise<readonly ListedTool[]> {
    return this.#limited(null, async (time) => {
      const connection = await this.#connect(() => this.#open(time));
      return connection.listTools(time);
    });
  }

  async callTool(name: string, input: unknown, signal: AbortSignal): Promise<ToolAnswer> {
    this.#called = true;
    const call = async () => {
      const connection = await this.#connect(() => this.#limited(signal, (time) => this.#open(time)));
      return connection.callTool(name, input, signal);
    };
    try {
      return await call();
    } catch (error) {
      // It did not happen, so it may be asked again
      if (error instanceof ConnectionExpired) return call();
      throw error;
    }
  }

  /** Where the user can sign in. */
  async signInAddress(challenge: Challenge): Promise<string> {
    const signIns = await this.#deps.signIns();
    if (signIns === undefined) throw new McpProblem(cannotSignIn(this.server.name));
    return beginSignIn(this.server, challenge, signIns);
  }

  async isSignedIn(): Promise<boolean> {
    const signIns = await this.#deps.signIns();
    return (await signIns?.store.read(this.server.name))?.url === this.server.url;
  }

  /** The values of the secrets that go to the server and to where users sign in: it may repeat them. */
  async secrets(): Promise<readonly string[]> {
    const { headers, oauth, name } = this.server;
    const filled = secretNames({ ...headers, oauth: oauth?.client_secret ?? '' });
    const configured = filled.flatMap((secret) => this.#deps.secretOf(secret)?.trim() || []);
    const signIns = hasOwnAccess(this.server) ? undefined : await this.#deps.signIns();
    const { tokens, client } = (await signIns?.store.read(name))?.memory ?? {};
    const own = [tokens?.access_token, tokens?.refresh_token, tokens?.id_token, client?.client_secret];
    return [...configured, ...own.filter((secret) => secret !== undefined)];
  }

  /** Gives the new list, if tools were called of a server whose list may change. */
  async close(): Promise<readonly ListedTool[] | undefined> {
    const opened = await this.#connection?.catch(() => undefined);
    const mayHaveChanged = this.#called && opened !== undefined && !opened.isClosed && opened.listMayChange;
    this.#called = false;
    const list = mayHaveChanged ? await this.listTools().catch(() => undefined) : undefined;
    this.#connection = undefined;
    await opened?.close();
    return list;
  }

  #limited<Value>(signal: AbortSignal | null, work: (time: Deadline) => Promise<Value>): Promise<Value> {
    return withDeadline(LIMIT_MS, signal, async (time) => {
      try {
        return await work(time);
      } catch (error) {
        if (!time.isOver() || error instanceof SignInNeeded) throw error;
        throw new McpProblem(
          `The MCP server ${this.server.name} did not answer within ${LIMIT_MS / 1000} seconds.`,
        );
      }
    });
  }

  async #connect(openAnew: () => Promise<Connection>): Promise<Connection> {
    const open = await this.#connection?.catch(() => undefined);
    if (open !== undefined && !open.isClosed) return open;
    // Of several calls at once only the first makes a connection
    const current = this.#connection;
    if (current !== undefined && (await current.catch(() => undefined)) !== open) return current;
    this.#connection = openAnew();
    return this.#connection;
  }

  async #open(time: Deadline): Promise<Connection> {
    const { server } = this;
    const { signIns, secretOf, fetch } = this.#deps;
    const headers = fillSecrets(server.headers, secretOf);
    if (!headers.ok) throw new McpProblem(missingSecret(server.name, headers.problem));
    const kept = hasOwnAccess(server) ? undefined : await signIns();
    // Others wait for a renewal too: who gives up must not end it
    const patient = { ...time, signal: new AbortController().signal };
    const access = kept && storedAccess(server, { ...kept, fetch: timed(kept.fetch, patient) });
    return Connection.open(server, { fetch, headers: headers.value, access }, time);
  }
}

const cannotSignIn = (server: string): string =>
  `The MCP server ${server} wants users to sign in, and this deployment cannot keep that: whoever set it up has to set API_KEY.`;
