import { isPublicAddress } from '#lib/public-address.ts';
import type { Resolve } from '#lib/web-resolve.ts';

/** Names that are resolved within a machine or a network, and never by the public DNS. */
const innerNames = ['localhost', 'local', 'internal', 'intranet', 'lan', 'home.arpa'];

/** `URL` has already brought every way to write an IPv4 address (octal, hexadecimal, one number) to the dotted one. */
const isNumeric = (host: string): boolean => host.startsWith('[') || /^[\d.]+$/.test(host);

/** Whether a `hostname` of a `URL` may be public, as far as can be told without asking anybody. */
export function isPublicHost(host: string): boolean {
  if (isNumeric(host)) return isPublicAddress(host.replace(/^\[|\]$/g, ''));
  const name = withoutEndDot(host);
  return name.includes('.') && !innerNames.some((inner) => name === inner || name.endsWith(`.${inner}`));
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
  host: string,
  resolve: Resolve,
  signal: AbortSignal,
): Promise<'public' | 'not_public' | 'no_such_name' | 'no_resolver'> {
  if (isNumeric(host)) return isPublicHost(host) ? 'public' : 'not_public';
  const addresses = await resolve(withoutEndDot(host), signal);
  if (!addresses.ok) return addresses.problem;
  if (addresses.value.length === 0) return 'no_such_name';
  return addresses.value.every(isPublicAddress) ? 'public' : 'not_public';
}

const withoutEndDot = (host: string): string => host.replace(/\.$/, '');
