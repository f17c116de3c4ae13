import type { Channel } from '#channel/channel.ts';
import type { FileSource } from '#channel/outbox.ts';
import type { OutboundFile } from '#channel/platform.ts';
import { fileLink } from '#channel/text/notices.ts';
import { downloadUrl } from '#files/download-url.ts';

/** The message that stands for a file that the platform does not take. */
export async function linkFor(
  channel: Pick<Channel, 'settings' | 'clock'>,
  { name, size }: OutboundFile,
  source: FileSource,
): Promise<string> {
  const url = await downloadUrl(channel, source);
  return url === null
    ? `The file ${name} is too large for this chat. It is among the files of the conversation.`
    : fileLink(name, size, url);
}
