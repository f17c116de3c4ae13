import { isPublicAddress } from '#lib/public-address.ts';
import { fail, succeed, type Result } from '#lib/result.ts';
import type { Resolve } from '#tools/web-resolve.ts';

/** Where pages are served. Other ports belong to databases, mail servers and the like. '' is the scheme's own. */
const ports: ReadonlySet<string> = new Set(['', '80', '443', '8080', '8443']);

/** Names that are resolved within a machine or a network, and never by the public DNS. */
const innerNames = ['localhost', 'local', 'internal', 'intranet', 'lan', 'home.arpa'];

export type AddressProblem =
  | 'not_an_address'
  | 'not_http'
  | 'with_credentials'
  | 'port'
  | 'not_public'
  | 'no_such_name'
  | 'no_resolver';

/** Everything about an address that can be told without asking anybody. The fragment is left out: no server sees it. */
export function parseAddress(text: string, base?: URL): Result<URL, AddressProblem> {
  const url = URL.parse(text, base?.href);
  if (url === null) return fail('not_an_address');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return fail('not_http');
  if (url.username !== '' || url.password !== '') return fail('with_credentials');
  if (!ports.has(url.port)) return fail('port');
  if (!isPublicHost(url.hostname)) return fail('not_public');
  url.hash = '';
  return succeed(url);
}

/**
 * Looks the name up and refuses it if any of its addresses is not public.
 *
 * What this cannot prevent: fetch looks the name up again, and a server that answers differently the second time
 * (DNS rebinding) gets past it, because on Workers a connection cannot be bound to the address that was checked. On
 * Cloudflare that leads nowhere: from there fetch reaches no private network. It matters where Workers run inside a
 * network of your own, on a developer's machine for example.
 */
export async function resolvesToPublic(
  url: URL,
  resolve: Resolve,
  signal: AbortSignal,
): Promise<Result<URL, AddressProblem>> {
  if (isNumeric(url.hostname)) return succeed(url);
  const addresses = await resolve(hostName(url), signal);
  if (!addresses.ok) return addresses;
  if (addresses.value.length === 0) return fail('no_such_name');
  return addresses.value.every(isPublicAddress) ? succeed(url) : fail('not_public');
}

/** `URL` has already brought every way to write an IPv4 address (octal, hexadecimal, one number) to the dotted one. */
const isNumeric = (host: string) => host.startsWith('[') || /^[\d.]+$/.test(host);

function isPublicHost(host: string): boolean {
  if (isNumeric(host)) return isPublicAddress(host.replace(/^\[|\]$/g, ''));
  const name = withoutEndDot(host);
  return name.includes('.') && !innerNames.some((inner) => name === inner || name.endsWith(`.${inner}`));
}

const hostName = (url: URL) => withoutEndDot(url.hostname);
const withoutEndDot = (host: string) => host.replace(/\.$/, '');
