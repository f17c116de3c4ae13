import type { Channel } from '#channel/channel.ts';
import type { InboxRow } from '#channel/inbound-message.ts';
import { listen } from '#channel/listen.ts';
import { readReceived, receiveFile, type ReceivedFile } from '#channel/receive-file.ts';
import type { Turn } from '#channel/turn.ts';
import type { z } from 'zod';
import { ImageBlock, imageMediaTypes } from '#protocol/message.ts';
import type { Prompt } from '#protocol/prompt.ts';

/** Of all images of a prompt, decoded: what a request can carry with room to spare. */
const ALL_IMAGES_BYTES = 15 * 1024 * 1024;
/** Of one: the model takes 5 MB of base64, which writes three bytes as four. */
const IMAGE_BYTES = (5 * 1024 * 1024 * 3) / 4;

/** Of all recordings of a prompt: with an engine that hangs, nobody waits for each of them. */
const LISTEN_MS = 90_000;

export interface ReadPrompt {
  /** Empty where nothing usable came. */
  readonly content: Prompt;
  /** A line for the user for each file that could not be used. */
  readonly unusable: readonly string[];
}

/** What the messages say, with their files: all in the workspace, and images before the model's eyes besides. */
export async function readPrompt(
  channel: Channel,
  turn: Turn,
  rows: readonly InboxRow[],
): Promise<ReadPrompt> {
  const lines: string[] = [];
  const files: ReceivedFile[] = [];
  const unusable: string[] = [];
  const signal = AbortSignal.timeout(LISTEN_MS);
  for (const { message } of rows) {
    lines.push(message.text, ...message.annotations);
    for (const [index, media] of message.media.entries()) {
      const key = `${message.key}#${index}`;
      const received = await receiveFile(channel, turn, { media, key });
      if (received.kind === 'unusable') unusable.push(received.line);
      else {
        files.push(received);
        const heard = await listen(channel, turn, { media, file: received, key, signal });
        if (heard !== null) (heard.kind === 'words' ? lines : unusable).push(heard.line);
        lines.push(`[File received: ${received.name} — saved to input/${received.safeName}]`);
      }
    }
  }
  const text = lines.filter((line) => line.trim() !== '').join('\n');
  const images = await readImages(channel, turn, files);
  if (images.length === 0) return { content: text, unusable };
  return { content: [...(text === '' ? [] : [{ type: 'text' as const, text }]), ...images], unusable };
}

async function readImages(
  channel: Channel,
  turn: Turn,
  files: readonly ReceivedFile[],
): Promise<z.infer<typeof ImageBlock>[]> {
  const blocks: z.infer<typeof ImageBlock>[] = [];
  let total = 0;
  for (const file of files) {
    if (
      !imageMediaTypes.has(file.mimeType) ||
      file.size > IMAGE_BYTES ||
      total + file.size > ALL_IMAGES_BYTES
    )
      continue;
    const bytes = await readReceived(channel, turn, file);
    if (bytes === null) continue;
    total += file.size;
    const source = { type: 'base64', media_type: file.mimeType, data: Buffer.from(bytes).toString('base64') };
    const block = ImageBlock.safeParse({ type: 'image', source });
    if (block.success) blocks.push(block.data);
  }
  return blocks;
}
