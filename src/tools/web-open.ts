import { ToolFailure } from '#agent/tool.ts';
import { resolvesToPublic } from '#lib/public-host.ts';
import { fail, succeed, type Result } from '#lib/result.ts';
import type { Fetch, Resolve } from '#lib/web-resolve.ts';
import { parseAddress, type AddressProblem } from '#tools/web-address.ts';

const maxRedirects = 5;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

const headers = {
  'user-agent': 'Edgewise WebFetch',
  accept: 'text/markdown, text/html;q=0.9, application/xhtml+xml;q=0.9, text/plain;q=0.8, */*;q=0.5',
};

/**
 * Gets what is at an address. Redirects are followed by hand, because each target has to pass the same checks as the
 * first address did.
 */
export async function openAddress(
  address: string,
  deps: { readonly fetch: Fetch; readonly resolve: Resolve },
  signal: AbortSignal,
): Promise<{ readonly response: Response; readonly url: URL }> {
  let next = parseAddress(address);
  for (let hops = 0; hops <= maxRedirects; hops += 1) {
    const checked = next.ok ? await lookUp(next.value, deps.resolve, signal) : next;
    if (!checked.ok) {
      const isFirst = hops === 0;
      throw new ToolFailure(
        `${isFirst ? '' : 'The page leads on to another address, which was not fetched. '}${problems[checked.problem]}`,
      );
    }
    const url = checked.value;
    const response = await get(url, deps.fetch, signal);
    const location = redirects.has(response.status) ? response.headers.get('location') : null;
    if (location === null) return { response, url };
    await response.body?.cancel().catch(() => {});
    next = parseAddress(location, url);
  }
  throw new ToolFailure(
    `The address leads from one to the next, more than ${maxRedirects} times, so it was given up.`,
  );
}

async function lookUp(url: URL, resolve: Resolve, signal: AbortSignal): Promise<Result<URL, AddressProblem>> {
  const found = await resolvesToPublic(url.hostname, resolve, signal);
  return found === 'public' ? succeed(url) : fail(found);
}

async function get(url: URL, fetch: Fetch, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url.href, { headers, redirect: 'manual', signal });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new ToolFailure(
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
