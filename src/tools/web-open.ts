import { ToolFailure } from '#agent/tool.ts';
import { resolvesToPublic } from '#lib/public-host.ts';
import { fail, type Result } from '#lib/result.ts';
import type { Fetch, Resolve } from '#lib/web-resolve.ts';
import { parseAddress, type AddressProblem } from '#tools/web-address.ts';

const maxRedirects = 5;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

const headers = {
  'user-agent': 'Edgewise WebFetch',
  accept: 'text/markdown, text/html;q=0.9, application/xhtml+xml;q=0.9, text/plain;q=0.8, */*;q=0.5',
};

/** The page is there perhaps, but not for us. */
export class PageMissed extends ToolFailure {}

interface Web {
  readonly fetch: Fetch;
  readonly resolve: Resolve;
}

/** Contract: what it returns is a public address. */
export async function checkAddress(
  address: string,
  { resolve }: Pick<Web, 'resolve'>,
  signal: AbortSignal,
): Promise<URL> {
  const checked = await lookUp(parseAddress(address), resolve, signal);
  if (!checked.ok) throw new ToolFailure(problems[checked.problem]);
  return checked.value;
}

/**
 * Gets what is at an address that was checked. Redirects are followed by hand, because each target has to pass the same
 * checks as the first address did.
 */
export async function openAddress(
  address: URL,
  { fetch, resolve }: Web,
  signal: AbortSignal,
): Promise<{ readonly response: Response; readonly url: URL }> {
  let url = address;
  for (let hops = 0; hops <= maxRedirects; hops += 1) {
    const response = await get(url, fetch, signal);
    const location = redirects.has(response.status) ? response.headers.get('location') : null;
    if (location === null) return { response, url };
    await response.body?.cancel().catch(() => {});
    if (hops === maxRedirects) break;
    const next = await lookUp(parseAddress(location, url), resolve, signal);
    if (!next.ok) {
      throw new ToolFailure(
        `The page leads on to another address, which was not fetched. ${problems[next.problem]}`,
      );
    }
    url = next.value;
  }
  throw new PageMissed(
    `The address leads from one to the next, more than ${maxRedirects} times, so it was given up.`,
  );
}

async function lookUp(
  address: Result<URL, AddressProblem>,
  resolve: Resolve,
  signal: AbortSignal,
): Promise<Result<URL, AddressProblem>> {
  if (!address.ok) return address;
  const found = await resolvesToPublic(address.value.hostname, resolve, signal);
  return found === 'public' ? address : fail(found);
}

async function get(url: URL, fetch: Fetch, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url.href, { headers, redirect: 'manual', signal });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new PageMissed(
      'The server could not be reached, or it does not speak HTTP as it should. Check the address, or try another source.',
    );
  }
}

const problems: Readonly<Record<AddressProblem, string>> = {
  not_an_address: 'That is not a whole address. One looks like https://example.com/page.',
  not_http: 'Only http and https addresses can be fetched.',
  with_credentials:
    'The address holds a user name or a password. Leave them out: pages behind a sign-in cannot be fetched; ask the user for their text.',
  port: 'Only the ports 80, 443, 8080 and 8443 can be fetched.',
  not_public:
    'The address is private or internal, and only public ones can be fetched. Ask the user to upload or paste what is there.',
  no_such_name: 'There is no such name in the DNS. Check the spelling of the address.',
  no_resolver:
    'The name could not be looked up, and nothing is fetched unchecked. Try again later, or ask the user to paste the text.',
};
