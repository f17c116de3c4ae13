import { auth } from '@modelcontextprotocol/sdk/client/auth.js';
import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js';
import { z } from 'zod';
import { timed } from '#lib/connections.ts';
import { withDeadline } from '#lib/deadline.ts';
import { authFetch, mayBeAsked } from '#mcp/auth-fetch.ts';
import { AuthMemory, AuthProvider, type AuthClient } from '#mcp/auth-memory.ts';
import { fillSecrets, type SecretOf } from '#mcp/fill-secrets.ts';
import type { Access } from '#mcp/mcp-fetch.ts';
import { McpProblem, type Challenge } from '#mcp/mcp-problem.ts';
import type { RemoteServer } from '#mcp/remote-server.ts';

/** A sign-in of one user at one server. */
export const SignIn = z.object({
  /** Of the server that it was made with: where the configuration names another by now, it counts no more. */
  url: z.string(),
  memory: AuthMemory,
});
export type SignIn = z.infer<typeof SignIn>;

/** A sign-in that waits for the user to come back from the server. */
export const StartedSignIn = SignIn.extend({ authorizationUrl: z.string() });
export type StartedSignIn = z.infer<typeof StartedSignIn>;

/** Where one user's sign-ins are kept. */
export interface SignInStore {
  read(server: string): Promise<SignIn | undefined>;
  write(server: string, signIn: SignIn): Promise<void>;
  /** Contract: nothing happens if `signIn` is not what is stored (any more). */
  forget(server: string, signIn?: SignIn): Promise<boolean>;
  /** `state` comes back with the user, within ten minutes. */
  start(state: string, server: string, started: StartedSignIn): Promise<void>;
}

export interface SignInDeps {
  readonly store: SignInStore;
  readonly fetch: FetchLike;
  readonly secretOf: SecretOf;
  /** Where people reach this deployment, without a slash at the end. */
  readonly publicUrl: string;
  /** An address with https where servers can read who we are; undefined: there is none. */
  readonly metadataUrl: string | undefined;
}

/** Discovery, registration and exchange take several requests. */
const LIMIT_MS = 15_000;

export const OAUTH_PATH = '/api/v1/mcp/oauth';

/**
 * Prepares a sign-in, and gives the address on this deployment where the user begins it. Its own address and not the
 * server's: that one is long, and holds what looks like a secret to redaction.
 */
export async function beginSignIn(
  server: RemoteServer,
  challenge: Challenge,
  deps: SignInDeps,
): Promise<string> {
  const state = crypto.randomUUID();
  const provider = new AuthProvider(authClient(server, deps), {}, state);
  await run(server, deps, (fetchFn) =>
    auth(provider, {
      serverUrl: server.url,
      fetchFn,
      ...(challenge.resourceMetadataUrl !== undefined && {
        resourceMetadataUrl: new URL(challenge.resourceMetadataUrl),
      }),
      ...(challenge.scope !== undefined && { scope: challenge.scope }),
    }),
  );
  const { authorizationUrl, memory } = provider;
  if (authorizationUrl === undefined || !mayBeAsked(authorizationUrl, new URL(server.url))) {
    throw signInFailed(server);
  }
  await deps.store.start(state, server.name, {
    url: server.url,
    memory,
    authorizationUrl: authorizationUrl.href,
  });
  return `${deps.publicUrl}${OAUTH_PATH}/start/${state}`;
}

/** What the user came back with. */
export interface SignInAnswer {
  readonly code: string;
  /** Who gives the code (RFC 9207). */
  readonly iss?: string | undefined;
}

/** Exchanges the code that the user came back with, and keeps the tokens. */
export async function finishSignIn(
  server: RemoteServer,
  { memory, url }: StartedSignIn,
  { code, iss }: SignInAnswer,
  deps: SignInDeps,
): Promise<void> {
  if (url !== server.url || !isFromIssuer(iss, memory)) throw signInFailed(server);
  const provider = new AuthProvider(authClient(server, deps), memory);
  await run(server, deps, (fetchFn) =>
    auth(provider, { serverUrl: server.url, authorizationCode: code, fetchFn }),
  );
  const { verifier: _, ...kept } = provider.memory;
  await deps.store.write(server.name, { url, memory: kept });
}

const Issuer = z.object({
  issuer: z.string(),
  authorization_response_iss_parameter_supported: z.boolean().optional(),
});

/** A code that another server gave, and this one is to be asked with, would be betrayed to it. */
function isFromIssuer(iss: string | undefined, { discovery }: AuthMemory): boolean {
  const known = Issuer.safeParse(discovery?.authorizationServerMetadata);
  if (!known.success) return iss === undefined;
  const { issuer, authorization_response_iss_parameter_supported: isGiven } = known.data;
  return iss === undefined ? isGiven !== true : iss === issuer;
}

/** The user's access to a server; tokens are renewed, and the new ones kept. */
export function storedAccess(server: RemoteServer, deps: SignInDeps): Access {
  const read = async (): Promise<SignIn | undefined> => {
    const signIn = await deps.store.read(server.name);
    return signIn?.url === server.url ? signIn : undefined;
  };
  const renew = async (refused: string): Promise<string | undefined> => {
    const signIn = await read();
    const tokens = signIn?.memory.tokens;
    // Another session of the user was faster
    if (tokens !== undefined && tokens.access_token !== refused) return tokens.access_token;
    if (signIn === undefined) return undefined;
    if (tokens?.refresh_token === undefined) {
      await deps.store.forget(server.name, signIn);
      return undefined;
    }
    const provider = new AuthProvider(authClient(server, deps), structuredClone(signIn.memory));
    const result = await run(server, deps, (fetchFn) => auth(provider, { serverUrl: server.url, fetchFn }));
    if (result === 'AUTHORIZED') {
      await deps.store.write(server.name, { url: server.url, memory: provider.memory });
      return provider.memory.tokens?.access_token;
    }
    if (!provider.refused) {
      throw new McpProblem(
        `The sign-in at the MCP server ${server.name} could not be renewed just now. Try again in a minute.`,
      );
    }
    // The refresh token may have been used by another session meanwhile: then its tokens hold
    const forgotten = await deps.store.forget(server.name, signIn);
    return forgotten ? undefined : (await read())?.memory.tokens?.access_token;
  };
  let renewing: Promise<string | undefined> | undefined;
  return {
    token: async () => (await read())?.memory.tokens?.access_token,
    renew: (refused) => {
      renewing ??= renew(refused).finally(() => (renewing = undefined));
      return renewing;
    },
  };
}

/** A server whose access is configured does not ask users. */
export const hasOwnAccess = ({ headers }: RemoteServer): boolean =>
  Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');

function authClient(
  { name, oauth }: RemoteServer,
  { publicUrl, metadataUrl, secretOf }: SignInDeps,
): AuthClient {
  const filled = fillSecrets({ secret: oauth?.client_secret ?? '' }, secretOf);
  if (!filled.ok) throw new McpProblem(missingSecret(name, filled.problem));
  const { secret = '' } = filled.value;
  return {
    redirectUrl: `${publicUrl}${OAUTH_PATH}/callback`,
    metadataUrl,
    known: oauth && { client_id: oauth.client_id, ...(secret !== '' && { client_secret: secret }) },
    scope: oauth?.scope,
  };
}

export const missingSecret = (server: string, variable: string): string =>
  `The MCP server ${server} cannot be used: its settings name the variable ${variable}, which is not set in this deployment.`;

const signInFailed = ({ name }: RemoteServer) =>
  new McpProblem(
    `The sign-in at the MCP server ${name} failed. Try it once more; if it fails again, the server may not support it.`,
  );

async function run<Value>(
  server: RemoteServer,
  { fetch }: SignInDeps,
  work: (fetchFn: FetchLike) => Promise<Value>,
): Promise<Value> {
  try {
    return await withDeadline(LIMIT_MS, null, (time) =>
      work(authFetch(server, timed(fetch, time), time.signal)),
    );
  } catch (error) {
    // The SDK's errors hold the server's words
    throw error instanceof McpProblem ? error : signInFailed(server);
  }
}
