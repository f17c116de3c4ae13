import { isPublicHost } from '#lib/public-host.ts';
import { fail, succeed, type Result } from '#lib/result.ts';

/** Where pages are served. Other ports belong to databases, mail servers and the like. '' is the scheme's own. */
const ports: ReadonlySet<string> = new Set(['', '80', '443', '8080', '8443']);

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
