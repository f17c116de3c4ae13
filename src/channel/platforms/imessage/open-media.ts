import type { InboundMedia, Platform } from '#channel/platform.ts';
import { fail, succeed } from '#lib/result.ts';
import type { BlueBubbles } from './blue-bubbles.ts';

/** The Mac may still be loading it from Apple: then the server says 500, and has it a little later. */
const WAITS_MS = [1000, 3000, 8000];

/** In the server's own rendition: HEIC comes as JPEG, CAF as something that others can play. */
export async function openMedia(
  api: BlueBubbles,
  media: InboundMedia,
  wait: (ms: number) => Promise<unknown>,
): ReturnType<Platform['openMedia']> {
  const path = `attachment/${encodeURIComponent(media.reference)}/download`;
  for (const pause of [...WAITS_MS, null]) {
    const response = await api.download(path);
    if (response?.ok === true && response.body !== null) {
      const length = Number(response.headers.get('content-length') ?? Number.NaN);
      return succeed({
        body: response.body,
        mimeType: media.mimeType ?? response.headers.get('content-type') ?? 'application/octet-stream',
        size: Number.isSafeInteger(length) ? length : media.size,
      });
    }
    await response?.body?.cancel();
    if (response?.status !== 500 || pause === null) break;
    await wait(pause);
  }
  return fail('The Mac did not give the file. Please send it again.');
}
