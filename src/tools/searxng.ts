import { z } from 'zod';
import { limitAnswer } from '#mcp/limit-answer.ts';
import type { SearchWeb } from '#model/search-web.ts';
import { fail, succeed } from '#lib/result.ts';
import { timed } from '#lib/connections.ts';
import { withDeadline } from '#lib/deadline.ts';
import type { Log } from '#lib/log.ts';
import type { Fetch } from '#lib/web-resolve.ts';

/** https://docs.searxng.org/dev/search_api.html; the server has to allow the format `json`. */
const Found = z.object({
  results: z.array(
    z.object({
      url: z.string(),
      title: z.string().catch(''),
      content: z.string().nullish().catch(null),
      publishedDate: z.string().nullish().catch(null),
    }),
  ),
});

const MOST_RESULTS = 10;
const MAX_BYTES = 2_000_000;
const LIMIT_MS = 90_000;

/** Searches by a SearXNG server that the deployer runs. */
export function searchBySearxng(
  address: string,
  deps: { readonly fetch: Fetch; readonly log: Log },
): SearchWeb {
  return async ({ query, allowedDomains, blockedDomains }, { signal }) => {
    const url = URL.parse('search', address.endsWith('/') ? address : `${address}/`);
    if (url === null) return fail(BROKEN);
    // Most of its engines know `site:`, but not all: what they bring is sifted below too
    const sites = allowedDomains.map((domain) => `site:${domain}`).join(' OR ');
    url.search = new URLSearchParams({ q: `${query} ${sites}`.trim(), format: 'json' }).toString();
    const found = await withDeadline(LIMIT_MS, signal, (time) =>
      ask(url, time.signal, { ...deps, fetch: timed(deps.fetch, time), stopped: signal }),
    );
    if (found === undefined) return fail(BROKEN);
    const results = found.results
      .filter((result) => {
        const host = URL.parse(result.url)?.hostname;
        if (host === undefined) return false;
        const isOf = (domain: string) => `.${host}`.endsWith(`.${domain.toLowerCase()}`);
        return (allowedDomains.length === 0 || allowedDomains.some(isOf)) && !blockedDomains.some(isOf);
      })
      .slice(0, MOST_RESULTS);
    return succeed({
      results: results.map((result) => ({
        url: result.url,
        title: result.title,
        ...(typeof result.publishedDate === 'string' && { age: result.publishedDate.slice(0, 10) }),
      })),
      summary: results
        .flatMap(({ url: from, content }) => (content ? [`${from}\n${content.slice(0, 500)}`] : []))
        .join('\n\n'),
    });
  };
}

const BROKEN =
  'The search server did not answer as it should. Go on without it, and tell the user that whoever runs this server ' +
  'has to check SEARXNG_URL.';

async function ask(
  url: URL,
  signal: AbortSignal,
  { fetch, log, stopped }: { readonly fetch: Fetch; readonly log: Log; readonly stopped: AbortSignal },
): Promise<z.infer<typeof Found> | undefined> {
  try {
    const answer = await fetch(url.href, {
      signal,
      headers: { accept: 'application/json' },
      redirect: 'manual',
    });
    const response = limitAnswer(answer, { maxBytes: MAX_BYTES, onTooLarge: () => {} });
    const text = await response.text();
    const found = Found.safeParse(response.ok ? JSON.parse(text) : undefined);
    if (found.success) return found.data;
    log.warn('web_search_failed', { reason: 'answer', status: response.status, provider: 'searxng' });
  } catch (error) {
    if (stopped.aborted) throw error;
    log.warn('web_search_failed', { reason: 'unreachable', provider: 'searxng' });
  }
  return undefined;
}
