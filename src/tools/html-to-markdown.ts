import { Parser } from 'htmlparser2';
import {
  blocks,
  isHidden,
  languageOf,
  lines,
  linesOfCode,
  skipped,
  type Attributes,
} from '#tools/html-elements.ts';
import { codeBlock, inlineCode } from '#tools/markdown-code.ts';
import { MarkdownLines } from '#tools/markdown-lines.ts';
import { layOutTable } from '#tools/markdown-table.ts';

/** What is to be done when the element ends. */
type Close = () => void;

/** No real page is nested deeper; browsers stop here too. */
const maxDepth = 512;
/** After so many characters the depth is looked at again: within them the parser cannot be stopped. */
const slice = 4_096;
const maxTitle = 200;
const maxAddress = 2_000;
/** A link or heading around more than that holds paragraphs, not a phrase. */
const maxPhrase = 300;

/**
 * Turns a page into Markdown while it comes in: what a reader sees, without navigation, footers, controls and what is
 * hidden. Links are absolute. Contract: time and memory grow with the page and no faster, whatever it holds.
 */
export class HtmlToMarkdown {
  readonly #limit: number;
  readonly #parser: Parser;
  readonly #closes: Close[] = [];
  readonly #lists: { next: number | undefined }[] = [];
  /** The rows of the tables that are open. */
  readonly #tables: string[][][] = [];
  #lines: MarkdownLines;
  #base: string;
  #title: string | undefined;
  #inTitle = false;
  #skips = 0;
  #links = 0;
  /** The `pre` that is open. */
  #pre: { text: string; language: string } | undefined;
  #isCut = false;

  constructor({ base, limit }: { readonly base: string; readonly limit: number }) {
    this.#limit = limit;
    this.#base = base;
    this.#lines = new MarkdownLines(limit);
    this.#parser = new Parser({
      onopentag: (name, attributes) => {
        this.#closes.push(this.#open(name, attributes));
        this.#isCut ||= this.#closes.length > maxDepth;
      },
      onclosetag: () => this.#closes.pop()?.(),
      ontext: (text) => this.#text(text),
    });
  }

  /** Whether the limit is reached, or the page is nested too deep: what follows is left out. */
  get isFull(): boolean {
    return this.#isCut || this.#lines.isFull;
  }

  write(html: string): void {
    for (let at = 0; at < html.length && !this.isFull; at += slice)
      this.#parser.write(html.slice(at, at + slice));
  }

  /** Call it once, at the end. */
  finish(): { readonly title: string; readonly text: string } {
    this.#parser.end();
    return { title: flat(this.#title ?? '').slice(0, maxTitle), text: this.#lines.toString() };
  }

  #text(text: string): void {
    if (this.#inTitle) this.#title = `${this.#title ?? ''}${text}`;
    else if (this.#skips > 0) return;
    else if (this.#pre) this.#pre.text += text;
    else this.#lines.write(text);
  }

  #open(name: string, attributes: Attributes): Close {
    if (this.#skips > 0 || skipped.has(name) || isHidden(attributes)) return this.#skip();
    if (name === 'title') return this.#openTitle();
    if (this.#pre) return this.#openInCode(this.#pre, { name, attributes });
    if (/^h[1-6]$/.test(name)) return this.#openHeading(Number(name.slice(1)));
    if (blocks.has(name)) return this.#openBlock(2);
    if (lines.has(name)) return this.#openBlock(1);
    switch (name) {
      case 'a':
        return this.#openLink(attributes['href']);
      case 'base':
        this.#base = URL.parse(attributes['href'] ?? '', this.#base)?.href ?? this.#base;
        return nothing;
      case 'blockquote':
        return this.#openQuote();
      case 'br':
        this.#lines.lineBreak();
        return nothing;
      case 'code':
      case 'kbd':
      case 'samp':
        return this.#divert((text) => this.#lines.writeAsIs(inlineCode(flat(text))));
      case 'hr':
        this.#writeBlock('---');
        return nothing;
      case 'img':
        if (attributes['alt']?.trim()) this.#lines.write(`[image: ${attributes['alt'].trim()}]`);
        return nothing;
      case 'li':
        return this.#openItem();
      case 'ol':
        return this.#openList(/^\d{1,9}$/.test(attributes['start'] ?? '') ? Number(attributes['start']) : 1);
      case 'ul':
        return this.#openList(undefined);
      case 'pre':
        return this.#openCode(attributes);
      case 'table':
        return this.#openTable();
      case 'tr':
        this.#tables.at(-1)?.push([]);
        return nothing;
      case 'td':
      case 'th': {
        const row = this.#tables.at(-1)?.at(-1);
        return row ? this.#divert((text) => row.push(text)) : this.#openBlock(1);
      }
      default:
        return nothing;
    }
  }

  #skip(): Close {
    this.#skips += 1;
    return () => (this.#skips -= 1);
  }

  #openTitle(): Close {
    if (this.#title !== undefined) return this.#skip();
    this.#inTitle = true;
    return () => (this.#inTitle = false);
  }

  #openBlock(gap: 1 | 2): Close {
    this.#lines.break(gap);
    return () => this.#lines.break(gap);
  }

  #writeBlock(text: string): void {
    if (text === '') return;
    this.#lines.break(2);
    this.#lines.writeAsIs(text);
    this.#lines.break(2);
  }

  /** Collects what the element holds instead of writing it. */
  #divert(use: (text: string) => void): Close {
    const outer = this.#lines;
    const inner = new MarkdownLines(this.#limit);
    this.#lines = inner;
    return () => {
      this.#lines = outer;
      this.#isCut ||= inner.isFull;
      use(inner.toString());
      if (inner.endsInSpace) outer.write(' ');
    };
  }

  #openHeading(level: number): Close {
    return this.#divert((text) => {
      const isPhrase = text.length <= maxPhrase && this.#links === 0;
      this.#writeBlock(isPhrase && text !== '' ? `${'#'.repeat(level)} ${flat(text)}` : text);
    });
  }

  #openLink(href: string | undefined): Close {
    if (href === undefined) return nothing;
    this.#links += 1;
    const close = this.#divert((text) => {
      if (text === '') return;
      const target = this.#absolute(href);
      if (text.length > maxPhrase) this.#writeBlock(target === undefined ? text : `${text}\n(${target})`);
      else this.#lines.writeAsIs(target === undefined ? flat(text) : `[${flat(text)}](${target})`);
    });
    return () => {
      this.#links -= 1;
      close();
    };
  }

  #absolute(href: string): string | undefined {
    if (href.startsWith('#') || href.length > maxAddress) return undefined;
    const url = URL.parse(href, this.#base);
    const isUsable = url !== null && /^(?:https?|mailto):$/.test(url.protocol);
    return isUsable ? url.href.replaceAll('(', '%28').replaceAll(')', '%29') : undefined;
  }

  #openQuote(): Close {
    this.#lines.break(2);
    this.#lines.indent('> ', '> ');
    return () => {
      this.#lines.outdent();
      this.#lines.break(2);
    };
  }

  #openList(next: number | undefined): Close {
    const close = this.#openBlock(this.#lists.length === 0 ? 2 : 1);
    this.#lists.push({ next });
    return () => {
      this.#lists.pop();
      close();
    };
  }

  #openItem(): Close {
    const list = this.#lists.at(-1);
    const mark = list?.next === undefined ? '- ' : `${list.next++}. `;
    this.#lines.break(1);
    this.#lines.indent(mark, ' '.repeat(mark.length));
    return () => {
      this.#lines.outdent();
      this.#lines.break(1);
    };
  }

  #openCode(attributes: Attributes): Close {
    const pre = { text: '', language: languageOf(attributes) };
    this.#pre = pre;
    return () => {
      this.#pre = undefined;
      const text = pre.text.replace(/^\n/, '').trimEnd();
      this.#writeBlock(text === '' ? '' : codeBlock(text, pre.language));
    };
  }

  #openInCode(
    pre: { text: string; language: string },
    { name, attributes }: { readonly name: string; readonly attributes: Attributes },
  ): Close {
    if (name === 'br') pre.text += '\n';
    if (name === 'code') pre.language ||= languageOf(attributes);
    if (!linesOfCode.has(name)) return nothing;
    return () => {
      if (!pre.text.endsWith('\n')) pre.text += '\n';
    };
  }

  #openTable(): Close {
    const rows: string[][] = [];
    this.#tables.push(rows);
    this.#lines.break(2);
    return () => {
      this.#tables.pop();
      this.#writeBlock(layOutTable(rows));
    };
  }
}

const nothing: Close = () => {};

const flat = (text: string): string => text.replace(/\s+/g, ' ').trim();
