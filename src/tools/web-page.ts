import { HtmlToMarkdown } from '#tools/html-to-markdown.ts';
import { decoderFor, headBytes, pageKind, type PageKind } from '#tools/web-content.ts';
import { PageMissed } from '#tools/web-open.ts';

export interface PageText {
  readonly kind: PageKind;
  readonly title: string;
  /** Empty if it is neither a page nor text. */
  readonly text: string;
  /** Whether the text was too long, and whether the page was too large. */
  readonly isCut: boolean;
  readonly isTooLarge: boolean;
  /** The whole file, if it is a PDF and not too large. */
  readonly pdf?: Uint8Array;
}

export interface PageLimits {
  /** Of the page as it comes out of its compression. */
  readonly bytes: number;
  readonly characters: number;
}

/**
 * Reads a page while it comes in, and no more of it than is wanted. Contract: what is held in memory is the text that is
 * returned and a piece of the page, not the page; of a PDF all of it.
 */
export async function readPage(response: Response, url: URL, limits: PageLimits): Promise<PageText> {
  const body = new BodyBytes(response, limits.bytes);
  try {
    const head = await body.head();
    const header = response.headers.get('content-type');
    const kind = pageKind(header, head.subarray(0, headBytes));
    const text = { title: '', text: '', isCut: false, isTooLarge: false };
    if (kind === 'pdf') {
      const pdf = await body.rest(head);
      return { kind, ...text, isTooLarge: body.isTooLarge, ...(!body.isTooLarge && { pdf }) };
    }
    if (kind !== 'html' && kind !== 'text') return { kind, ...text };
    const decoder = decoderFor(header, head);
    const sink =
      kind === 'html'
        ? new HtmlToMarkdown({ base: url.href, limit: limits.characters })
        : new PlainText(limits.characters);
    for (let bytes: Uint8Array | undefined = head; bytes && !sink.isFull; bytes = await body.next())
      sink.write(decoder.decode(bytes, { stream: true }));
    sink.write(decoder.decode());
    return { kind, ...sink.finish(), isCut: sink.isFull, isTooLarge: body.isTooLarge };
  } finally {
    await body.close();
  }
}

class PlainText {
  readonly #limit: number;
  #text = '';

  constructor(limit: number) {
    this.#limit = limit;
  }

  get isFull(): boolean {
    return this.#text.length > this.#limit;
  }

  write(text: string): void {
    this.#text += text;
  }

  finish() {
    return { title: '', text: this.#text.slice(0, this.#limit) };
  }
}

class BodyBytes {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #left: number;
  isTooLarge = false;

  constructor({ body }: Response, limit: number) {
    this.#reader = body?.getReader();
    this.#left = limit;
  }

  /** The beginning, long enough to tell what it is. */
  async head(): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    for (let size = 0; size < headBytes;) {
      const piece = await this.next();
      if (!piece) break;
      pieces.push(piece);
      size += piece.length;
    }
    return Buffer.concat(pieces);
  }

  async next(): Promise<Uint8Array | undefined> {
    if (this.isTooLarge) return undefined;
    const bytes = await this.#read();
    if (bytes && bytes.length > this.#left) {
      this.isTooLarge = true;
      return bytes.subarray(0, this.#left);
    }
    this.#left -= bytes?.length ?? 0;
    return bytes;
  }

  /** What is left, behind what was read; up to the limit. */
  async rest(head: Uint8Array): Promise<Uint8Array> {
    const pieces = [head];
    for (let bytes = await this.next(); bytes; bytes = await this.next()) pieces.push(bytes);
    return Buffer.concat(pieces);
  }

  /** Lets go of the connection. */
  async close(): Promise<void> {
    await this.#reader?.cancel().catch(() => {});
  }

  async #read(): Promise<Uint8Array | undefined> {
    try {
      return (await this.#reader?.read())?.value;
    } catch {
      throw new PageMissed('The connection broke off before the page was complete. Try once more.');
    }
  }
}
