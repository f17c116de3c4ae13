import { fileSigningKey } from '#accounts/keys.ts';
import type { Channel } from '#channel/channel.ts';
import type { FileSource } from '#channel/outbox.ts';
import type { OutboundFile } from '#channel/platform.ts';
import { fileLink } from '#channel/text/notices.ts';
import { signLink } from '#files/signed-link.ts';

const VALID_SECONDS = 24 * 60 * 60;

/** The message that stands for a file that the platform does not take: a link that works for a day. */
export async function linkFor(
  { settings, clock }: Pick<Channel, 'settings' | 'clock'>,
  { name, size }: OutboundFile,
  { username, sessionId, path }: FileSource,
): Promise<string> {
  const key = await fileSigningKey(settings);
  if (key === null)
    return `The file ${name} is too large for this chat. It is among the files of the conversation.`;
  const token = await signLink(
    {
      u: username,
      c: sessionId,
      p: `${sessionId}/${path}`,
      x: Math.floor(clock.now() / 1000) + VALID_SECONDS,
      n: crypto.randomUUID().slice(0, 6),
    },
    key,
  );
  return fileLink(name, size, `${settings.BACKEND_PUBLIC_URL.replace(/\/$/, '')}/api/v1/files/dl/${token}`);
}
