import type { InboundMedia, Platform } from '#channel/platform.ts';
import { resolvesToPublic } from '#lib/public-host.ts';
import { fail, succeed } from '#lib/result.ts';
import { resolveOverHttps } from '#lib/web-resolve.ts';
import { parseAddress } from '#tools/web-address.ts';
import type { PlatformDeps } from '../platform-deps.ts';

const MAX_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * What a message points to. The address came with a webhook, so it may lead to the public internet over https and
 * nowhere else, and so may each redirect; or to where the deployer said that Zalo's API is.
 */
export async function openMedia(
  media: InboundMedia,
  apiUrl: string,
  deps: PlatformDeps,
): ReturnType<Platform['openMedia']> {
  const signal = AbortSignal.timeout(2 * (deps.callTimeoutMs ?? 30_000));
  const response = await open(media.reference, apiUrl, deps, signal).catch(() => null);
  if (response?.ok !== true || response.body === null) {
    await response?.body?.cancel();
    return fail('The file could not be fetched from Zalo. Please send it again.');
  }
  const length = Number(response.headers.get('content-length') ?? Number.NaN);
  return succeed({
    body: response.body,
    mimeType: media.mimeType ?? response.headers.get('content-type') ?? 'application/octet-stream',
    size: Number.isSafeInteger(length) ? length : media.size,
  });
}

async function open(
  address: string,
  apiUrl: string,
  deps: PlatformDeps,
  signal: AbortSignal,
): Promise<Response | null> {
  let url = URL.parse(address);
  for (let hops = 0; url !== null && hops <= MAX_REDIRECTS; hops += 1) {
    if (!(await isAllowed(url, apiUrl, deps, signal))) return null;
    const response = await deps.fetch(url.href, { redirect: 'manual', signal });
    const location = REDIRECTS.has(response.status) ? response.headers.get('location') : null;
    if (location === null) return response;
    await response.body?.cancel();
    url = URL.parse(location, url.href);
  }
  return null;
}

async function isAllowed(
  url: URL,
  apiUrl: string,
  deps: PlatformDeps,
  signal: AbortSignal,
): Promise<boolean> {
  if (url.origin === URL.parse(apiUrl)?.origin) return true;
  const parsed = parseAddress(url.href);
  if (!parsed.ok || parsed.value.protocol !== 'https:') return false;
  const resolve = resolveOverHttps((address, init) => deps.fetch(address, init));
  return (await resolvesToPublic(parsed.value.hostname, resolve, signal)) === 'public';
}
