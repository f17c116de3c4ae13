import type { Token } from 'markdown-it';
import { parseMarkdown } from './parse-markdown.ts';
import { mergeSpans, type Span, type Style, type StyledText } from './styled-text.ts';
import { tablesToLists } from './tables-to-lists.ts';

interface Layout {
  /** `spans` where the platform can hang an address on words, `written` for `words (address)`. */
  readonly links: 'spans' | 'written';
  /** What stands before an item of a list without numbers. */
  readonly bullet: string;
}

/** Lays a Markdown text out for a messenger. What it says is kept, whatever becomes of its markup. */
export function styleMarkdown(markdown: string, layout: Layout): StyledText {
  const writer = new Writer(layout);
  for (const token of parseMarkdown(tablesToLists(markdown))) writer.block(token);
  const styled = writer.finish();
  return styled.text.trim() === '' ? { text: markdown, spans: [] } : styled;
}

const CHECKBOX = /^\[([ xX])\] /;
const SIMPLE = new Map<string, 'bold' | 'italic' | 'strike'>([
  ['strong', 'bold'],
  ['em', 'italic'],
  ['s', 'strike'],
]);

class Writer {
  readonly #layout: Layout;
  /** Joined at the end: looking into a text while it grows costs its length each time. */
  readonly #parts: string[] = [];
  #length = 0;
  readonly #spans: Span[] = [];
  /** The items we are in, each with the marker that its first line gets. */
  readonly #items: { readonly marker: string; isWritten: boolean }[] = [];
  readonly #quotes: number[] = [];
  #isHeading = false;
  /** The source line after the block before. */
  #lastLine: number | null = null;
  readonly #open: { readonly start: number; readonly href: string }[] = [];

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  finish(): StyledText {
    return { text: this.#parts.join(''), spans: mergeSpans(this.#spans) };
  }

  #write(text: string): void {
    if (text === '') return;
    this.#parts.push(text);
    this.#length += text.length;
  }

  block(token: Token): void {
    if (token.type === 'list_item_open') {
      const marker = token.info === '' ? this.#layout.bullet : `${token.info}${token.markup}`;
      this.#items.push({ marker: `${marker} `, isWritten: false });
    } else if (token.type === 'list_item_close') {
      this.#items.pop();
    } else if (token.type === 'blockquote_open') {
      this.#quotes.push(-1);
    } else if (token.type === 'blockquote_close') {
      this.#closeQuote();
    } else if (token.type === 'heading_open' || token.type === 'heading_close') {
      this.#isHeading = token.nesting === 1;
    } else if (token.type === 'inline') {
      this.#paragraph(token);
    } else if (token.type === 'fence') {
      this.#codeBlock(token);
    } else if (token.type === 'hr') {
      this.#startBlock(token);
      this.#write('───');
    }
  }

  #closeQuote(): void {
    const start = this.#quotes.pop();
    // Messengers know one level of quotes
    if (start === undefined || start < 0 || this.#quotes.length > 0) return;
    this.#add(start, { kind: 'quote' });
  }

  /** Blocks with an empty line between them in the source have one in the message. */
  #startBlock(token: Token): void {
    const [first, after] = token.map ?? [0, 0];
    if (this.#lastLine !== null) {
      const isApart = first > this.#lastLine;
      if (this.#parts.at(-1)?.endsWith('\n') !== true) this.#write('\n');
      if (isApart) this.#write('\n');
    }
    this.#lastLine = after;
    for (const [index, start] of this.#quotes.entries()) {
      if (start < 0) this.#quotes[index] = this.#length;
    }
    for (const item of this.#items) {
      this.#write(item.isWritten ? ' '.repeat(item.marker.length) : item.marker);
      item.isWritten = true;
    }
  }

  #codeBlock(token: Token): void {
    this.#startBlock(token);
    const start = this.#length;
    this.#write(token.content);
    this.#add(start, { kind: 'pre', language: token.info.trim().split(/\s/)[0] ?? '' });
  }

  #paragraph(token: Token): void {
    const isItem = this.#items.at(-1)?.isWritten === false;
    this.#startBlock(token);
    const start = this.#length;
    for (const [index, child] of (token.children ?? []).entries()) {
      const checkbox = isItem && index === 0 ? CHECKBOX.exec(child.content) : null;
      if (checkbox === null) this.#inline(child);
      else {
        this.#write(checkbox[1] === ' ' ? '☐ ' : '☑ ');
        this.#write(child.content.slice(checkbox[0].length));
      }
    }
    if (this.#isHeading) this.#add(start, { kind: 'bold' });
  }

  #inline(token: Token): void {
    const kind = SIMPLE.get(token.tag);
    if (token.type === 'softbreak' || token.type === 'hardbreak') {
      this.#write(`\n${this.#items.map(({ marker }) => ' '.repeat(marker.length)).join('')}`);
    } else if (token.type === 'code_inline') {
      const start = this.#length;
      this.#write(token.content);
      this.#add(start, { kind: 'code' });
    } else if (token.type === 'image') {
      const start = this.#length;
      const source = String(token.attrGet('src') ?? '');
      this.#write(token.content === '' ? source : token.content);
      this.#link(start, source);
    } else if (token.type === 'link_open' || (kind !== undefined && token.nesting === 1)) {
      this.#open.push({ start: this.#length, href: String(token.attrGet('href') ?? '') });
    } else if (token.type === 'link_close') {
      const opened = this.#open.pop();
      if (opened !== undefined) this.#link(opened.start, opened.href);
    } else if (kind !== undefined) {
      const opened = this.#open.pop();
      if (opened !== undefined) this.#add(opened.start, { kind });
    } else {
      this.#write(token.content);
    }
  }

  #link(start: number, href: string): void {
    const words = this.#since(start);
    if (isSameAddress(words, href)) return;
    if (words.trim() === '') this.#write(href);
    else if (this.#layout.links === 'written' || !/^https?:/i.test(href)) this.#write(` (${href})`);
    else this.#add(start, { kind: 'link', href });
  }

  #since(start: number): string {
    let first = this.#parts.length;
    for (let at = this.#length; at > start; at -= this.#parts[first]?.length ?? at) first -= 1;
    return this.#parts.slice(first).join('');
  }

  #add(start: number, style: Style): void {
    if (this.#length > start) this.#spans.push({ start, end: this.#length, style });
  }
}

/** What the parser makes of an address has some signs encoded and `mailto:` before it. */
function isSameAddress(words: string, href: string): boolean {
  const plain = (address: string) => {
    try {
      return decodeURI(address).replace(/^mailto:/i, '');
    } catch {
      return address;
    }
  };
  return href === '' || plain(words) === plain(href);
}
