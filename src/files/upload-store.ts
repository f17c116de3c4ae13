import { newObjectKey } from '#files/workspace-objects.ts';
import { workspaceLimits } from '#files/workspace-checks.ts';
import type { UploadedFile } from '#files/workspace.ts';

/** Bytes on their way into a workspace: small ones still in memory, larger ones already an object in R2. */
export type StoredBytes = UploadedFile['source'];

export class FileTooLarge extends Error {
  override readonly name = 'FileTooLarge';
}

// R2 wants all parts of one size, the last one apart, and at least 5 MiB each
const PART_BYTES = 8 * 1024 * 1024;

/**
 * Stores a stream of unknown length, holding two parts of it in memory at most. Throws `FileTooLarge` as soon as more
 * than `maxBytes` came. Contract: when it throws, for whatever reason, nothing of the stream is left in R2.
 */
export async function storeStream(
  chunks: AsyncIterable<Uint8Array>,
  {
    bucket,
    prefix,
    maxBytes,
  }: { readonly bucket: R2Bucket; readonly prefix: string; readonly maxBytes: number },
): Promise<StoredBytes> {
  const blocks = inBlocks(limited(chunks, maxBytes), PART_BYTES);
  const first = await nextBlock(blocks);
  if (first.length <= workspaceLimits.inlineBytes) return { kind: 'inline', bytes: first };

  const key = newObjectKey(prefix);
  let block = await nextBlock(blocks);
  if (block.length === 0) {
    await bucket.put(key, first);
    return { kind: 'r2', key, size: first.length };
  }

  const upload = await bucket.createMultipartUpload(key);
  try {
    const parts = [await upload.uploadPart(1, first)];
    let size = first.length;
    while (block.length > 0) {
      parts.push(await upload.uploadPart(parts.length + 1, block));
      size += block.length;
      block = await nextBlock(blocks);
    }
    await upload.complete(parts);
    return { kind: 'r2', key, size };
  } catch (error) {
    await upload.abort();
    throw error;
  }
}

/** Takes back what `storeStream` stored. */
export async function discardBytes(source: StoredBytes, bucket: R2Bucket): Promise<void> {
  if (source.kind === 'r2') await bucket.delete(source.key);
}

/** Brings stored bytes under another prefix. Contract: when it throws, the old object is gone as well. */
export async function moveBytes(
  source: StoredBytes,
  { bucket, prefix }: { readonly bucket: R2Bucket; readonly prefix: string },
): Promise<StoredBytes> {
  if (source.kind === 'inline') return source;
  try {
    const object = await bucket.get(source.key);
    if (object === null) throw new Error('an object that was just written is missing');
    const key = newObjectKey(prefix);
    await bucket.put(key, object.body);
    return { ...source, key };
  } finally {
    await bucket.delete(source.key);
  }
}

async function* limited(chunks: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > maxBytes) throw new FileTooLarge();
    yield chunk;
  }
}

/** The next block, empty after the last. */
const nextBlock = async (blocks: AsyncGenerator<Uint8Array>): Promise<Uint8Array> => {
  const { value, done } = await blocks.next();
  return done === true ? new Uint8Array() : value;
};

/** The same bytes in blocks of one size; the last may be shorter, and none is empty. */
async function* inBlocks(chunks: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  let block = new Uint8Array(0);
  let filled = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length;) {
      const piece = chunk.subarray(at, at + size - filled);
      block = withRoom(block, filled, filled + piece.length, size);
      block.set(piece, filled);
      filled += piece.length;
      at += piece.length;
      if (filled < size) continue;
      yield block;
      block = new Uint8Array(0);
      filled = 0;
    }
  }
  if (filled > 0) yield block.subarray(0, filled);
}

/** Grows by doubling, so that a small file does not cost a whole block. */
function withRoom(
  block: Uint8Array<ArrayBuffer>,
  filled: number,
  needed: number,
  most: number,
): Uint8Array<ArrayBuffer> {
  if (needed <= block.length) return block;
  const grown = new Uint8Array(Math.min(most, Math.max(needed, block.length * 2, 64 * 1024)));
  grown.set(block.subarray(0, filled));
  return grown;
}
