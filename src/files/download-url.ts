import { fileSigningKey } from '#accounts/keys.ts';
import { signLink } from '#files/signed-link.ts';
import type { Clock } from '#lib/clock.ts';
import type { Settings } from '#protocol/settings.ts';

const DAY_SECONDS = 24 * 60 * 60;

interface UrlDeps {
  readonly settings: Pick<Settings, 'API_KEY' | 'JWT_SALT' | 'BACKEND_PUBLIC_URL'>;
  readonly clock: Clock;
}

interface Target {
  readonly username: string;
  readonly sessionId: string;
  /** Relative to the workspace. */
  readonly path: string;
}

/** An address of a file that works for a time, for whoever has it. Null where no key is set to sign it with. */
export async function downloadUrl(
  { settings, clock }: UrlDeps,
  { username, sessionId, path }: Target,
  validSeconds = DAY_SECONDS,
): Promise<string | null> {
  const key = await fileSigningKey(settings);
  if (key === null) return null;
  const link = {
    u: username,
    c: sessionId,
    p: `${sessionId}/${path}`,
    x: Math.floor(clock.now() / 1000) + validSeconds,
    n: crypto.randomUUID().slice(0, 6),
  };
  return `${settings.BACKEND_PUBLIC_URL.replace(/\/+$/, '')}/api/v1/files/dl/${await signLink(link, key)}`;
}
