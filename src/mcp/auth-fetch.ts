import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js';
import { isPublicAddress } from '#lib/public-address.ts';
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
  return async (url, init = {}) => {
    if (!mayBeAsked(new URL(url), new URL(server.url))) {
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
  if (isInside(server.hostname)) return /^https?:$/.test(url.protocol);
  return url.protocol === 'https:' && !isInside(url.hostname);
}

/** An address that is not public, or a name that only means something inside. */
function isInside(hostname: string): boolean {
  const host = hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
  if (/^[\d.]+$/.test(host) || host.includes(':')) return !isPublicAddress(host);
  return !host.includes('.') || /\.(?:localhost|local|internal|lan|home\.arpa)$/.test(host);
}
