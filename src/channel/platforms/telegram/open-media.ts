import { z } from 'zod';
import type { InboundMedia, Platform } from '#channel/platform.ts';
import { fail, succeed } from '#lib/result.ts';
import type { BotApi } from './bot-api.ts';

/** Bots can download no more: https://core.telegram.org/bots/api#getfile */
const MAX_BYTES = 20 * 1024 * 1024;

const TelegramFile = z.object({ file_path: z.string(), file_size: z.number().optional() });

export async function openMedia(api: BotApi, media: InboundMedia): ReturnType<Platform['openMedia']> {
  const tooLarge = fail(
    'Telegram gives bots no files over 20 MB. Please send a smaller one, or a link to it.',
  );
  if ((media.size ?? 0) > MAX_BYTES) return tooLarge;
  const answer = await api.call('getFile', { file_id: media.reference });
  if (answer.kind === 'rejected' && /too big/i.test(answer.problem)) return tooLarge;
  const file = TelegramFile.safeParse(answer.kind === 'done' ? answer.result : null);
  if (!file.success) return fail('Telegram did not give the file. Please send it again.');
  const response = await api.download(file.data.file_path);
  if (response?.ok !== true || response.body === null) {
    await response?.body?.cancel();
    return fail('The file could not be fetched from Telegram. Please send it again.');
  }
  return succeed({
    body: response.body,
    mimeType: media.mimeType ?? 'application/octet-stream',
    size: file.data.file_size ?? media.size,
  });
}
