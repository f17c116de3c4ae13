import { fileSigningKey } from '#accounts/keys.ts';
import type { Channel } from '#channel/channel.ts';
import type { FileSource } from '#channel/outbox.ts';
import type { OutboundFile } from '#channel/platform.ts';
import { fileLink } from '#channel/text/notices.ts';
import { signLink } from '#files/signed-link.ts';

const VALID_SECONDS = 24 * 60 * 60;

/** The message that stands for a file that the platform does not take. */
export async function linkFor(
  channel: Pick<Channel, 'settings' | 'clock'>,
  { name, size }: OutboundFile,
  source: FileSource,
): Promise<string> {
  const url = await fileUrl(channel, source);
  return url === null
    ? `The file ${name} is too large for this chat. It is among the files of the conversation.`
    : fileLink(name, size, url);
}

/** An address that works for a day, for whoever has it. Null where no key is set to sign it with. */
export async function fileUrl(
  { settings, clock }: Pick<Channel, 'settings' | 'clock'>,
  { username, sessionId, path }: FileSource,
): Promise<string | null> {
  const key = await fileSigningKey(settings);
  if (key === null) return null;
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
  return `${settings.BACKEND_PUBLIC_URL.replace(/\/$/, '')}/api/v1/files/dl/${token}`;
}
