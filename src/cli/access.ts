import { z } from 'zod';
import { askHidden } from '#cli/ask-hidden.ts';
import type { Config } from '#cli/config.ts';
import type { Credentials, Login } from '#cli/credentials.ts';
import { CliFailure, exitCode } from '#cli/failure.ts';
import { isInteractive, type Host } from '#cli/host.ts';
import { call, parseJson, readBody } from '#cli/http.ts';

/** A token that lives less than this is exchanged first. */
const renewBeforeMs = 5 * 60_000;

const LoginResponse = z.discriminatedUnion('success', [
  z.object({ success: z.literal(true), token: z.string(), refresh_token: z.string() }),
  z.object({ success: z.literal(false), error: z.string().nullish() }),
]);
const RefreshResponse = z.object({ access_token: z.string(), refresh_token: z.string() });
const Claims = z.object({ exp: z.number() });

export interface Access {
  /** The key header, when there is a key. */
  keyHeader(): Record<string, string>;
  /** A token with some minutes to live. Signs in, and asks for the password, if that is needed for it. */
  token(): Promise<string>;
  /** Another token, after the server has refused this one. */
  renew(): Promise<string>;
}

export interface AccessDeps {
  readonly host: Host;
  readonly config: Config;
  readonly credentials: Credentials;
}

export async function signIn(config: Config, username: string, password: string): Promise<Login> {
  const headers: Record<string, string> = config.apiKey === undefined ? {} : { 'X-API-Key': config.apiKey };
  const response = await call(config.server, {
    method: 'POST',
    path: '/auth/login',
    body: { username, password },
    headers,
  });
  const answer = await readBody(response, LoginResponse);
  if (answer.success) return { username, token: answer.token, refresh_token: answer.refresh_token };
  throw new CliFailure(
    exitCode.notSignedIn,
    `Signing in as ${username} failed: ${answer.error ?? 'the server gave no reason'}.`,
  );
}

/** Milliseconds since 1970; a token that cannot be read counts as expired. */
function expiryOf(token: string): number {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
  return (Claims.safeParse(parseJson(payload)).data?.exp ?? 0) * 1000;
}

/** Where a token comes from, strongest first: password in the environment, stored login, `.dev.vars`, the keyboard. */
export function createAccess({ host, config, credentials }: AccessDeps): Access {
  const { server } = config;
  let held: Login | undefined;
  let password = config.environmentPassword ?? config.localPassword;

  const stored = () => (config.environmentPassword === undefined ? credentials.read(server) : undefined);

  async function first(): Promise<Login> {
    const found = stored();
    if (found !== undefined) return found;
    if (password === undefined) {
      if (!isInteractive(host)) {
        throw new CliFailure(
          exitCode.notSignedIn,
          `Not signed in to ${server}. Run \`npx edgewise login\`, or set CLI_USERNAME and CLI_ADMIN_PASSWORD.`,
        );
      }
      password = await askHidden(host, `Password of ${config.username} at ${server}: `);
    }
    return signIn(config, config.username, password);
  }

  async function exchange(login: Login): Promise<Login | undefined> {
    const response = await call(server, {
      method: 'POST',
      path: '/auth/ws-token-refresh',
      body: { refresh_token: login.refresh_token },
    });
    if (response.status === 401) return undefined;
    const { access_token, refresh_token } = await readBody(response, RefreshResponse);
    const renewed = { ...login, token: access_token, refresh_token };
    // The old refresh token is used up: keep the new one before anything else can go wrong
    if (stored()?.refresh_token === login.refresh_token) credentials.write(server, renewed);
    return renewed;
  }

  async function renewed(login: Login): Promise<Login> {
    const fresh = await exchange(login);
    if (fresh !== undefined) return fresh;
    // Another terminal was faster with the same refresh token
    const other = stored();
    if (other !== undefined && other.refresh_token !== login.refresh_token) return other;
    if (password !== undefined) return signIn(config, config.username, password);
    throw new CliFailure(
      exitCode.notSignedIn,
      `The login at ${server} has expired. Run \`npx edgewise login\` again.`,
    );
  }

  return {
    keyHeader() {
      const key = config.apiKey ?? credentials.read(server)?.api_key;
      return key === undefined ? {} : { 'X-API-Key': key };
    },
    async token() {
      held ??= await first();
      if (expiryOf(held.token) - host.clock.now() < renewBeforeMs) held = await renewed(held);
      return held.token;
    },
    async renew() {
      held = await renewed(held ?? (await first()));
      return held.token;
    },
  };
}
