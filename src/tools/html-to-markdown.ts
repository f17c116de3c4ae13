import { Parser } from 'htmlparser2';
import { blocks, isHidden, languageOf, lines, skipped, type Attributes } from '#tools/html-elements.ts';
import { flat, MarkdownElements, nothing, type Close } from '#tools/markdown-elements.ts';

/** No real page is nested deeper; browsers stop here too. */
const maxDepth = 512;
/** After so many characters the depth is looked at again: within them the parser cannot be stopped. */
const slice = 4_096;
const maxTitle = 200;

/**
 * Turns a page into Markdown while it comes in: what a reader sees, without navigation, footers, controls and what is
 * hidden. Links are absolute. Contract: time and memory grow with the page and no faster, whatever it holds.
 */
export class HtmlToMarkdown {
  readonly #parser: Parser;
  readonly #closes: Close[] = [];
  readonly #elements: MarkdownElements;
  #title: string | undefined;
  #inTitle = false;
  #skips = 0;
  #isTooDeep = false;

  constructor(options: { readonly base: string; readonly limit: number }) {
    this.#elements = new MarkdownElements(options);
    this.#parser = new Parser({
      onopentag: (name, attributes) => {
        this.#closes.push(this.#open(name, attributes));
        this.#isTooDeep ||= this.#closes.length > maxDepth;
      },
      onclosetag: () => this.#closes.pop()?.(),
      ontext: (text) => this.#text(text),
    });
  }

  /** Whether the limit is reached, or the page is nested too deep: what follows is left out. */
  get isFull(): boolean {
    return this.#isTooDeep || this.#elements.isFull;
  }

  write(html: string): void {
    for (let at = 0; at < html.length && !this.isFull; at += slice)
      this.#parser.write(html.slice(at, at + slice));
  }

  /** Call it once, at the end. */
  finish(): { readonly title: string; readonly text: string } {
    this.#parser.end();
    return { title: flat(this.#title ?? '').slice(0, maxTitle), text: this.#elements.toString() };
  }

  #text(text: string): void {
    if (this.#inTitle) this.#title = `${this.#title ?? ''}${text}`;
    else if (this.#skips === 0) this.#elements.text(text);
  }

  #open(name: string, attributes: Attributes): Close {
    if (this.#skips > 0 || skipped.has(name) || isHidden(attributes)) return this.#skip();
    if (name === 'title') return this.#openTitle();
    const elements = this.#elements;
    if (elements.isInCode) return elements.inCode(name, languageOf(attributes));
    if (/^h[1-6]$/.test(name)) return elements.heading(Number(name.slice(1)));
    if (blocks.has(name)) return elements.block(2);
    if (lines.has(name)) return elements.block(1);
    switch (name) {
      case 'a':
        return elements.link(attributes['href']);
      case 'base':
        elements.rebase(attributes['href'] ?? '');
        return nothing;
      case 'blockquote':
        return elements.quote();
      case 'br':
        elements.lineBreak();
        return nothing;
      case 'code':
      case 'kbd':
      case 'samp':
        return elements.inlineCode();
      case 'hr':
        elements.writeBlock('---');
        return nothing;
      case 'img':
        if (attributes['alt']?.trim()) elements.text(`[image: ${attributes['alt'].trim()}]`);
        return nothing;
      case 'li':
        return elements.item();
      case 'ol':
        return elements.list(/^\d{1,9}$/.test(attributes['start'] ?? '') ? Number(attributes['start']) : 1);
      case 'ul':
        return elements.list(undefined);
      case 'pre':
        return elements.code(languageOf(attributes));
      case 'table':
        return elements.table();
      case 'tr':
        return elements.row();
      case 'td':
      case 'th':
        return elements.cell();
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
}
