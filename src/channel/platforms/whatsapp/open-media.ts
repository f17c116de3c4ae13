import { z } from 'zod';
import type { InboundMedia, Platform } from '#channel/platform.ts';
import { fail, succeed } from '#lib/result.ts';
import type { Graph } from './graph.ts';

const MediaInfo = z.object({
  url: z.string(),
  mime_type: z.string().optional(),
  file_size: z.coerce.number().optional().catch(undefined),
});

/** In two steps: the id leads to an address that holds for five minutes. */
export async function openMedia(graph: Graph, media: InboundMedia): ReturnType<Platform['openMedia']> {
  const id = encodeURIComponent(media.reference);
  const answer = await graph.get(`${id}?phone_number_id=${encodeURIComponent(graph.phoneNumberId)}`);
  const info = MediaInfo.safeParse(answer.kind === 'answer' ? answer.body : null);
  if (!info.success) return fail('WhatsApp did not give the file. Please send it again.');
  const response = await graph.download(info.data.url);
  if (response?.ok !== true || response.body === null) {
    await response?.body?.cancel();
    return fail('The file could not be fetched from WhatsApp. Please send it again.');
  }
  return succeed({
    body: response.body,
    mimeType: media.mimeType ?? info.data.mime_type ?? 'application/octet-stream',
    size: info.data.file_size ?? null,
  });
}
