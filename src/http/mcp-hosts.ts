import type { Settings } from '#protocol/settings.ts';

type Known = Pick<Settings, 'BACKEND_PUBLIC_URL' | 'CORS_ORIGINS'>;

const localNames = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whether a `Host` names this server: by its public address, or from the same machine. */
export function isKnownHost(host: string, { BACKEND_PUBLIC_URL }: Known): boolean {
  const given = parseUrl(`http://${host}`);
  if (given === undefined || given.host === '' || given.pathname !== '/') return false;
  return localNames.has(given.hostname) || given.hostname === parseUrl(BACKEND_PUBLIC_URL)?.hostname;
}

/** Whether pages of an `Origin` may come: our own, those of the same machine, and those that the deployer named. */
export function isKnownOrigin(origin: string, settings: Known): boolean {
  const named = settings.CORS_ORIGINS.split(',').map((one) => one.trim());
  if (named.includes('*') || named.includes(origin)) return true;
  const host = parseUrl(origin)?.host;
  return host !== undefined && isKnownHost(host, settings);
}

const parseUrl = (text: string): URL | undefined => (URL.canParse(text) ? new URL(text) : undefined);
