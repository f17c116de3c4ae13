import { createHash } from 'node:crypto';
import { exports } from 'cloudflare:workers';
import { API_KEY, origin } from '#test/support/workers/accounts.ts';

/** One part of a form, in the order it is sent. A file's content may be a stream. */
export type FormPart =
  | { readonly name: string; readonly value: string }
  | { readonly fileName: string; readonly content: string | AsyncIterable<Uint8Array> };

const utf8 = new TextEncoder();
const boundary = '----TestBoundary7d1';

async function* formBytes(parts: readonly FormPart[]) {
  for (const part of parts) {
    yield utf8.encode(`--${boundary}\r\nContent-Disposition: form-data; `);
    if ('value' in part) {
      yield utf8.encode(`name="${part.name}"\r\n\r\n${part.value}`);
    } else {
      yield utf8.encode(`name="file"; filename="${part.fileName}"\r\nContent-Type: text/html\r\n\r\n`);
      if (typeof part.content === 'string') yield utf8.encode(part.content);
      else yield* part.content;
    }
    yield utf8.encode('\r\n');
  }
  yield utf8.encode(`--${boundary}--\r\n`);
}

const streamOf = (chunks: AsyncGenerator<Uint8Array>) =>
  new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
  });

/** Sends a form as it is made, piece by piece. */
export const upload = (token: string, parts: readonly FormPart[]): Promise<Response> =>
  uploadRaw(token, {
    body: streamOf(formBytes(parts)),
    contentType: `multipart/form-data; boundary=${boundary}`,
  });

export const uploadRaw = (
  token: string,
  { body, contentType }: { body: ReadableStream | string; contentType: string },
): Promise<Response> =>
  exports.default.fetch(`${origin}/api/v1/files/upload`, {
    method: 'POST',
    headers: { 'X-API-Key': API_KEY, 'X-User-Token': token, 'Content-Type': contentType },
    body,
  });

const pattern = Uint8Array.from({ length: 64 * 1024 }, (_, index) => (index * 7 + (index >> 8)) & 255);

/** `size` bytes, the same each time, no two pieces alike, never all in memory at once. */
export async function* noise(size: number) {
  for (let at = 0; at < size; at += pattern.length) {
    const chunk = pattern.slice(0, Math.min(pattern.length, size - at));
    if (chunk.length >= 4) new DataView(chunk.buffer).setUint32(0, at);
    yield chunk;
  }
}

export async function sha256(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}
