import { z } from 'zod';
import type { Channel } from '#channel/channel.ts';
import { once } from '#channel/once.ts';
import type { InboundMedia } from '#channel/platform.ts';
import { readReceived, type ReceivedFile } from '#channel/receive-file.ts';
import type { Turn } from '#channel/turn.ts';

/** What is sent as a file may be music or a lecture: some five minutes are listened to unasked. */
const AUDIO_BYTES = 5 * 1024 * 1024;

/** Two hours of speech. More would fill the conversation, and may not be what was meant. */
const MOST_CHARACTERS = 100_000;

const Heard = z.discriminatedUnion('kind', [
  /** For the prompt. */
  z.object({ kind: z.literal('words'), line: z.string() }),
  /** For the user. */
  z.object({ kind: z.literal('nothing'), line: z.string() }),
]);
type Heard = z.infer<typeof Heard>;

/**
 * Makes words of a received voice message. Null where it is not meant to be listened to. Contract: what was heard, or that nothing
 * was, is paid for once.
 */
export async function listen(
  channel: Channel,
  turn: Turn,
  {
    media,
    file,
    key,
    signal,
  }: {
    readonly media: InboundMedia;
    readonly file: ReceivedFile;
    readonly key: string;
    readonly signal: AbortSignal;
  },
): Promise<Heard | null> {
  const { sql, transcriber } = channel;
  const isMeant = media.kind === 'voice' || (media.kind === 'audio' && file.size <= AUDIO_BYTES);
  if (!isMeant) return null;
  if (transcriber === null)
    return media.kind === 'voice' ? nothing(media, 'no speech service is set up here') : null;
  return once(sql, { key: `${key}#words`, outcome: Heard }, async () => {
    const transcribed = await transcriber.transcribe(
      {
        fileName: file.safeName,
        size: file.size,
        read: async () => {
          const bytes = await readReceived(channel, turn, file);
          return bytes && new Blob([bytes], { type: file.mimeType });
        },
      },
      signal,
    );
    if (!transcribed.ok) return nothing(media, transcribed.problem);
    const words = transcribed.value.text.replace(/\s+/g, ' ');
    if (words === '') return nothing(media, 'nobody says anything in it');
    return { kind: 'words', line: annotation(media, words) };
  });
}

/** Quoted, so that it is never taken for a command, and nothing said in it for an annotation of ours. */
function annotation({ kind }: InboundMedia, words: string): string {
  const what = kind === 'voice' ? 'Voice message' : 'Audio';
  const isCut = words.length > MOST_CHARACTERS;
  const quoted = JSON.stringify(words.slice(0, MOST_CHARACTERS).toWellFormed());
  return `[${what}, transcribed${isCut ? ' (only its beginning)' : ''}: ${quoted}]`;
}

const nothing = ({ fileName, kind }: InboundMedia, why: string): Heard => ({
  kind: 'nothing',
  line: `⚠️ I could not listen to ${fileName ?? `the ${kind} message`}: ${why}.`,
});
