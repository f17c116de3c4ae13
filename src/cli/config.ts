import { parseEnv } from 'node:util';
import { CliFailure, exitCode } from '#cli/failure.ts';
import type { Host } from '#cli/host.ts';

export interface Config {
  /** Origin and base path, without a slash at the end: `http://localhost:7001`. */
  readonly server: string;
  readonly apiKey: string | undefined;
  readonly username: string;
  /** Given in the environment: stronger than a stored login, because somebody has just typed it. */
  readonly environmentPassword: string | undefined;
  /** Found in `.dev.vars`: used when there is no stored login. */
  readonly localPassword: string | undefined;
}

const localHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * `.dev.vars` holds the secrets of the server on this machine, so they are sent to no other one: for that,
 * the environment or `edgewise login` names them.
 */
export function readConfig(host: Host, apiUrl: string | undefined): Config {
  const local = parseEnv(host.readDevVars());
  const setting = (name: string) => host.env[name] || local[name] || undefined;
  const server = normalise(
    apiUrl ?? setting('API_URL') ?? `http://localhost:${setting('API_PORT') ?? '7001'}`,
  );
  const ours = localHosts.has(new URL(server).hostname) || server === local['API_URL'];
  const secret = (name: string) => host.env[name] || (ours ? local[name] : undefined) || undefined;
  return {
    server,
    apiKey: secret('API_KEY'),
    username: secret('CLI_USERNAME') ?? 'admin',
    environmentPassword: host.env['CLI_ADMIN_PASSWORD'] || undefined,
    localPassword: (ours && local['CLI_ADMIN_PASSWORD']) || undefined,
  };
}

function normalise(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new CliFailure(
      exitCode.usage,
      `"${address}" is not the address of a server. Give one like http://localhost:7001.`,
    );
  }
  return `${url.origin}${url.pathname.replace(/\/(api\/v1\/?)?$/, '')}`;
}
