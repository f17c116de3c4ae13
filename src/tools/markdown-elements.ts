import { linesOfCode } from '#tools/html-elements.ts';
import { codeBlock, inlineCode } from '#tools/markdown-code.ts';
import { MarkdownLines } from '#tools/markdown-lines.ts';
import { layOutTable } from '#tools/markdown-table.ts';

/** What is to be done when the element ends. */
export type Close = () => void;
export const nothing: Close = () => {};

const maxAddress = 2_000;
/** A link or heading around more than that holds paragraphs, not a phrase. */
const maxPhrase = 300;

/** Elements of a page as Markdown: each is opened with what belongs to it, and answers how it is closed. */
export class MarkdownElements {
  readonly #limit: number;
  readonly #lists: { next: number | undefined }[] = [];
  /** The rows of the tables that are open. */
  readonly #tables: string[][][] = [];
  #lines: MarkdownLines;
  #base: string;
  #links = 0;
  /** The code block that is open. */
  #pre: { text: string; language: string } | undefined;
  #isCut = false;

  constructor({ base, limit }: { readonly base: string; readonly limit: number }) {
    this.#limit = limit;
    this.#base = base;
    this.#lines = new MarkdownLines(limit);
  }

  /** Whether the limit is reached, in all or in one element: what follows is left out. */
  get isFull(): boolean {
    return this.#isCut || this.#lines.isFull;
  }

  get isInCode(): boolean {
    return this.#pre !== undefined;
  }

  toString(): string {
    return this.#lines.toString();
  }

  text(text: string): void {
    if (this.#pre) this.#pre.text += text;
    else this.#lines.write(text);
  }

  lineBreak(): void {
    this.#lines.lineBreak();
  }

  /** What addresses are relative to from here on. */
  rebase(href: string): void {
    this.#base = URL.parse(href, this.#base)?.href ?? this.#base;
  }

  block(gap: 1 | 2): Close {
    this.#lines.break(gap);
    return () => this.#lines.break(gap);
  }

  writeBlock(text: string): void {
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

  heading(level: number): Close {
    return this.#divert((text) => {
      const isPhrase = text.length <= maxPhrase && this.#links === 0;
      this.writeBlock(isPhrase && text !== '' ? `${'#'.repeat(level)} ${flat(text)}` : text);
    });
  }

  link(href: string | undefined): Close {
    if (href === undefined) return nothing;
    this.#links += 1;
    const close = this.#divert((text) => {
      if (text === '') return;
      const target = this.#absolute(href);
      if (text.length > maxPhrase) this.writeBlock(target === undefined ? text : `${text}\n(${target})`);
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

  quote(): Close {
    this.#lines.break(2);
    this.#lines.indent('> ', '> ');
    return () => {
      this.#lines.outdent();
      this.#lines.break(2);
    };
  }

  list(next: number | undefined): Close {
    const close = this.block(this.#lists.length === 0 ? 2 : 1);
    this.#lists.push({ next });
    return () => {
      this.#lists.pop();
      close();
    };
  }

  item(): Close {
    const list = this.#lists.at(-1);
    const mark = list?.next === undefined ? '- ' : `${list.next++}. `;
    this.#lines.break(1);
    this.#lines.indent(mark, ' '.repeat(mark.length));
    return () => {
      this.#lines.outdent();
      this.#lines.break(1);
    };
  }

  code(language: string): Close {
    const pre = { text: '', language };
    this.#pre = pre;
    return () => {
      this.#pre = undefined;
      const text = pre.text.replace(/^\n/, '').trimEnd();
      this.writeBlock(text === '' ? '' : codeBlock(text, pre.language));
    };
  }

  /** What may stand within `code`: `br`, lines, and a `code` that names the language. */
  inCode(name: string, language: string): Close {
    const pre = this.#pre;
    if (pre === undefined) return nothing;
    if (name === 'br') pre.text += '\n';
    if (name === 'code') pre.language ||= language;
    if (!linesOfCode.has(name)) return nothing;
    return () => {
      if (!pre.text.endsWith('\n')) pre.text += '\n';
    };
  }

  table(): Close {
    const rows: string[][] = [];
    this.#tables.push(rows);
    this.#lines.break(2);
    return () => {
      this.#tables.pop();
      this.writeBlock(layOutTable(rows));
    };
  }

  row(): Close {
    this.#tables.at(-1)?.push([]);
    return nothing;
  }

  cell(): Close {
    const row = this.#tables.at(-1)?.at(-1);
    return row ? this.#divert((text) => row.push(text)) : this.block(1);
  }

  inlineCode(): Close {
    return this.#divert((text) => this.#lines.writeAsIs(inlineCode(flat(text))));
  }
}

export const flat = (text: string): string => text.replace(/\s+/g, ' ').trim();
