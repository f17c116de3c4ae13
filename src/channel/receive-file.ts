import { z } from 'zod';
import { sessionOf, type Channel } from '#channel/channel.ts';
import { once } from '#channel/once.ts';
import type { InboundMedia } from '#channel/platform.ts';
import type { Turn } from '#channel/turn.ts';
import { FileTooLarge, storeStream } from '#files/upload-store.ts';
import { uploadLimits } from '#protocol/file.ts';

const Outcome = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('stored'),
    name: z.string(),
    /** In `input/`. */
    safeName: z.string(),
    mimeType: z.string(),
    size: z.number(),
  }),
  z.object({ kind: z.literal('unusable'), line: z.string() }),
]);
type Outcome = z.infer<typeof Outcome>;
export type ReceivedFile = Extract<Outcome, { kind: 'stored' }>;

const TOO_LARGE = `it is larger than ${uploadLimits.fileBytes / 1024 / 1024} MiB`;

/** Brings a file of a message into the session's workspace, as it streams in. Contract: for one `key` only once. */
export async function receiveFile(
  channel: Channel,
  turn: Turn,
  { media, key }: { readonly media: InboundMedia; readonly key: string },
): Promise<Outcome> {
  return once(channel.sql, { key, outcome: Outcome }, () =>
    store(channel, turn, { media, key: `${turn.message_id}/${key}` }),
  );
}

/** Null if it has gone since. */
export async function readReceived(
  channel: Channel,
  turn: Turn,
  { safeName }: ReceivedFile,
): Promise<Uint8Array | null> {
  const session = sessionOf(channel, { username: turn.username, sessionId: turn.session_id });
  const location = await session.locateFile(`input/${safeName}`);
  if (location === 'no_file' || location === 'no_session') return null;
  if (location.kind === 'inline') return location.bytes;
  const object = await channel.files.get(location.key);
  return object === null ? null : new Uint8Array(await object.arrayBuffer());
}

async function store(
  channel: Channel,
  turn: Turn,
  { media, key }: { readonly media: InboundMedia; readonly key: string },
): Promise<Outcome> {
  const { platform, files, log } = channel;
  const shown = media.fileName ?? `the ${media.kind}`;
  const unusable = (why: string): Outcome => ({
    kind: 'unusable',
    line: `⚠️ I could not use ${shown}: ${why}.`,
  });
  if ((media.size ?? 0) > uploadLimits.fileBytes) return unusable(TOO_LARGE);
  const of = { username: turn.username, sessionId: turn.session_id };
  const session = sessionOf(channel, of);
  const room = await session.uploadRoom({ mustBeKnown: false });
  if (room === null || room.files === 0 || room.bytes === 0)
    return unusable('this conversation can hold no more files');
  try {
    const opened = await platform.openMedia(media);
    if (!opened.ok) return unusable(opened.problem.replace(/\.$/, ''));
    const mimeType = plainType(media.mimeType ?? opened.value.mimeType);
    const name = fileName(media, mimeType);
    const source = await storeStream(opened.value.body, {
      bucket: files,
      prefix: `users/${turn.username}/files/${turn.session_id}`,
      maxBytes: Math.min(uploadLimits.fileBytes, room.bytes),
    });
    const upload = { originalName: name, source, key };
    // A call that broke off may have been taken: the file may have the object already, which only the session can tell
    const stored = await session
      .commitUpload(upload)
      .catch(async () => sessionOf(channel, of).commitUpload(upload));
    if (!stored.ok) return unusable(stored.problem.replace(/\.$/, ''));
    const { safe_name: safeName, size_bytes: size } = stored.value.file;
    return { kind: 'stored', name, safeName, mimeType, size };
  } catch (error) {
    if (error instanceof FileTooLarge) return unusable(TOO_LARGE);
    log.warn('media_failed', { channel: channel.platformName, kind: media.kind, error: String(error) });
    return unusable('it could not be loaded; send it again');
  }
}

/** Without parameters: `audio/ogg; codecs=opus` is `audio/ogg`. */
const plainType = (type: string): string => type.split(';')[0]?.trim().toLowerCase() ?? '';

const extensions: Readonly<Record<string, string>> = {
  'image/jpeg': '.jpg',
  'image/png': '.png',
  'image/gif': '.gif',
  'image/webp': '.webp',
  'audio/ogg': '.ogg',
  'audio/opus': '.ogg',
  'audio/mpeg': '.mp3',
  'audio/mp4': '.m4a',
  'audio/aac': '.aac',
  'audio/amr': '.amr',
  'audio/wav': '.wav',
  'video/mp4': '.mp4',
  'video/quicktime': '.mov',
  'application/pdf': '.pdf',
  'text/plain': '.txt',
};

const fileName = ({ fileName: given, kind }: InboundMedia, mimeType: string): string =>
  (given ?? `${kind}${extensions[mimeType] ?? ''}`).replace(/\.og[ax]$/i, '.ogg');
