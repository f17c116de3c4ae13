import { extractWWWAuthenticateParams } from '@modelcontextprotocol/sdk/client/auth.js';
import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js';
import { timed } from '#lib/connections.ts';
import type { Deadline } from '#lib/deadline.ts';
import { endGivenUp, requestId, type RequestId } from '#mcp/give-up.ts';
import { limitAnswer, MAX_ANSWER_BYTES } from '#mcp/limit-answer.ts';
import { McpProblem, NotTaken, SignInNeeded, type Challenge } from '#mcp/mcp-problem.ts';
import type { RemoteServer } from '#mcp/remote-server.ts';

/** The user's access to a server that asks for a sign-in. */
export interface Access {
  /** Undefined: not signed in. */
  token(): Promise<string | undefined>;
  /** A new token, where the server refused this one; undefined: the user has to sign in again. */
  renew(refused: string): Promise<string | undefined>;
}

export interface McpFetchDeps {
  readonly fetch: FetchLike;
  readonly transport: RemoteServer['transport'];
  /** As configured, with the secrets in place. */
  readonly headers: Readonly<Record<string, string>>;
  readonly access: Access | undefined;
  /** Whose time stands still while a message waits for its turn; without an id, one that is no request. */
  timeOf(id: RequestId | undefined): Deadline | undefined;
  /** Everything on this connection fails for this reason from now on. */
  onProblem(problem: McpProblem): void;
}

/**
 * What the SDK's transports fetch with: adds headers and token, renews the token, limits what is read. Contract:
 * headers and token go to the configured server's own origin only.
 */
export function mcpFetch(server: RemoteServer, deps: McpFetchDeps): FetchLike {
  const origin = new URL(server.url).origin;
  const refuse = (problem: McpProblem): never => {
    deps.onProblem(problem);
    throw problem;
  };
  const untilGivenUp = endGivenUp();

  return async (url, init = {}) => {
    if (new URL(url).origin !== origin) {
      return refuse(new McpProblem(`The MCP server ${server.name} leads to another address.`));
    }
    // Between calls there is nothing to hear, and a stream that stays open costs
    const isFirstGet = init.method !== 'POST' && !new Headers(init.headers).has('last-event-id');
    if (deps.transport === 'http' && init.method !== 'DELETE' && isFirstGet) {
      return new Response(null, { status: 405 });
    }
    const message: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : undefined;
    const id = requestId(message);
    const time = deps.timeOf(id);
    const fetch = time === undefined ? deps.fetch : timed(deps.fetch, time);
    const send = (token: string | undefined, stop: AbortSignal) => {
      const headers = new Headers(init.headers);
      for (const [name, value] of Object.entries(deps.headers)) headers.set(name, value);
      if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
      // Of what the transports ask for, `mode` and `cache` are for browsers, and Workers refuse them
      const { method = 'GET', body = null, redirect = 'manual' } = init;
      const signal = init.signal ? AbortSignal.any([init.signal, stop]) : stop;
      return fetch(url, { method, body, redirect, signal, headers });
    };

    const response = await untilGivenUp(message, async (stop) => {
      const token = await deps.access?.token();
      const first = await send(token, stop);
      if (first.status !== 401 || token === undefined) return first;
      const renewed = await deps.access?.renew(token);
      if (renewed === undefined) return first;
      await first.body?.cancel();
      return send(renewed, stop);
    });
    const challenge = challengeOf(response);
    if (challenge !== undefined) {
      await response.body?.cancel();
      if (deps.access !== undefined) return refuse(new SignInNeeded(server.name, challenge));
      return refuse(
        new NotTaken(
          `The MCP server ${server.name} refused the access it was given (status ${response.status}). Whoever set it up has to look at its headers.`,
        ),
      );
    }
    return limitAnswer(response, {
      maxBytes: MAX_ANSWER_BYTES,
      onTooLarge: () => deps.onProblem(tooLarge(server.name)),
      farewell: id === undefined ? undefined : farewellTo(id),
      onEnd: () => {
        if (deps.transport === 'sse') deps.onProblem(broken(server.name));
      },
    });
  };
}

export const broken = (server: string): McpProblem =>
  new McpProblem(`The connection to the MCP server ${server} broke off before its answer was there.`);

const tooLarge = (server: string): McpProblem =>
  new McpProblem(
    `The MCP server ${server} answered with more than ${MAX_ANSWER_BYTES / 1024 / 1024} MB, and nothing of it was kept. Ask it for less: a smaller range, a filter, a page at a time.`,
  );

/** Set where the server asks for a sign-in, or for more rights than the user gave. */
function challengeOf(response: Response): Challenge | undefined {
  if (response.status !== 401 && response.status !== 403) return undefined;
  const { resourceMetadataUrl, scope, error } = extractWWWAuthenticateParams(response);
  if (response.status === 403 && error !== 'insufficient_scope') return undefined;
  return { resourceMetadataUrl: resourceMetadataUrl?.href, scope };
}

/** A stream that ends without an answer must not leave the caller waiting until its time is over. */
const farewellTo = (id: RequestId): string =>
  JSON.stringify({ jsonrpc: '2.0', id, error: { code: STREAM_ENDED, message: 'the stream ended' } });

/** Of a kind that servers do not use: JSON-RPC leaves -32000 to -32099 to implementations. */
export const STREAM_ENDED = -32_098;
