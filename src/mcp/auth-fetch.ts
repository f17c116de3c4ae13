import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js';
import { isPublicHost, resolvesToPublic } from '#lib/public-host.ts';
import { resolveOverHttps } from '#lib/web-resolve.ts';
import { limitAnswer } from '#mcp/limit-answer.ts';
import { McpProblem } from '#mcp/mcp-problem.ts';
import type { RemoteServer } from '#mcp/remote-server.ts';

/** Metadata, registrations and tokens are short. */
const MAX_BYTES = 256 * 1024;

/**
 * What the sign-in fetches with. Discovery lets a server name any address, so only such are asked that may be: the
 * server's own, and public ones with https. No configured header goes there.
 */
export function authFetch(server: RemoteServer, fetch: FetchLike, signal: AbortSignal): FetchLike {
  const resolve = resolveOverHttps(fetch);
  return async (url, init = {}) => {
    const address = new URL(url);
    const own = new URL(server.url);
    // A public name can lead inside all the same
    const leadsInside = async () =>
      address.origin !== own.origin &&
      isPublicHost(own.hostname) &&
      (await resolvesToPublic(address.hostname, resolve, signal)) !== 'public';
    if (!mayBeAsked(address, own) || (await leadsInside())) {
      throw new McpProblem(
        `The MCP server ${server.name} wants the sign-in to go to an address that is not allowed.`,
      );
    }
    const { method = 'GET', headers = {}, body = null } = init;
    const response = await fetch(url, { method, headers, body, redirect: 'manual', signal });
    return limitAnswer(response, { maxBytes: MAX_BYTES, onTooLarge: () => {} });
  };
}

/** Whether discovery on behalf of a server may lead there, and the user's browser too. */
export function mayBeAsked(url: URL, server: URL): boolean {
  if (url.username !== '' || url.password !== '') return false;
  if (url.origin === server.origin) return true;
  if (!isPublicHost(server.hostname)) return /^https?:$/.test(url.protocol);
  return url.protocol === 'https:' && isPublicHost(url.hostname);
}
