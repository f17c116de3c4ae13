import { DelimitedBytes, MalformedForm } from '#files/multipart-bytes.ts';
import { partHeaders, type PartHeaders } from '#files/multipart-headers.ts';
import { readBytes } from '#lib/read-bytes.ts';

export interface Part extends PartHeaders {
  /** The bytes, as they arrive. What is not read is skipped when the next part is asked for. */
  readonly body: AsyncIterable<Uint8Array>;
}

const MAX_HEADER_BYTES = 16 * 1024;

const ascii = (text: string) => new TextEncoder().encode(text);

/** The boundary out of a `Content-Type`, or null where it is no multipart form. */
export function formBoundary(contentType: string | null): string | null {
  const match =
    /^multipart\/form-data\s*;(?:.*;)?\s*boundary=(?:"([^"]{1,70})"|([^\s";,]{1,70})(?=[\s;,]|$))/i.exec(
      contentType ?? '',
    );
  return match?.[1] ?? match?.[2] ?? null;
}

/**
 * The parts of a multipart form (RFC 7578), one after the other, never holding more than one chunk of the body and one
 * part's headers. Throws `MalformedForm`.
 */
export async function* readMultipart(
  body: AsyncIterable<Uint8Array>,
  boundary: string,
): AsyncGenerator<Part> {
  const input = new DelimitedBytes(body);
  const delimiter = ascii(`\r\n--${boundary}`);

  // A boundary begins with the line break before it; the first one stands at the very start, without one
  input.unread(ascii('\r\n'));
  await skip(input.until(delimiter));

  for (;;) {
    const next = new TextDecoder().decode(await input.take(2));
    if (next === '--') return;
    if (next !== '\r\n') throw new MalformedForm('a boundary of the form is not at the end of its line');

    // Headers end with an empty line, which may be the very first one
    input.unread(ascii('\r\n'));
    const headers = partHeaders(await readText(input.until(ascii('\r\n\r\n')), MAX_HEADER_BYTES));
    if (headers === null) throw new MalformedForm('a part of the form has no name');
    const content = input.until(delimiter);
    yield { ...headers, body: content };
    await skip(content);
  }
}

/** A part's content as UTF-8. Throws `MalformedForm` when it is longer than `limit` bytes. */
export async function readText(chunks: AsyncIterable<Uint8Array>, limit: number): Promise<string> {
  const bytes = await readBytes(chunks, limit);
  if (bytes === null) throw new MalformedForm(`a field of the form is longer than ${limit} bytes`);
  return new TextDecoder().decode(bytes);
}

async function skip(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of chunks);
}
