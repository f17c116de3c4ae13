interface Prefix {
  readonly first: string;
  readonly rest: string;
  used: boolean;
}

/**
 * Markdown in the making: blocks apart from each other, white space folded, list marks and quote marks before their
 * lines. Contract: the text is at most `limit` UTF-16 units long; what goes beyond is dropped, and `isFull` says so.
 */
export class MarkdownLines {
  readonly #limit: number;
  readonly #parts: string[] = [];
  readonly #prefixes: Prefix[] = [];
  #length = 0;
  /** Line breaks owed before the next text. */
  #gap = 0;
  #space = false;
  isFull = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The next text begins a line (1) or, after an empty one, a block (2). */
  break(lines: 1 | 2): void {
    this.#gap = Math.max(this.#gap, lines);
    this.#space = false;
  }

  /** One more line break; two in a row make a block. */
  lineBreak(): void {
    this.break(this.#gap === 0 ? 1 : 2);
  }

  /** Text of a page, whose white space means no more than a space. */
  write(text: string): void {
    for (const [index, word] of text.split(/[\t\n\f\r \u00a0]+/).entries()) {
      if (index > 0) this.#space = true;
      if (word !== '') this.#put(word);
    }
  }

  /** Text as it stands. */
  writeAsIs(text: string): void {
    if (text === '') return;
    for (const [index, line] of text.split('\n').entries()) {
      if (index > 0) this.break(1);
      this.#put(line);
    }
  }

  /** What is written until `outdent` has `first` before its first line and `rest` before the others. */
  indent(first: string, rest: string): void {
    this.#prefixes.push({ first, rest, used: false });
  }

  outdent(): void {
    this.#prefixes.pop();
  }

  /** Whether white space came last, which only counts if text follows. */
  get endsInSpace(): boolean {
    return this.#space;
  }

  toString(): string {
    return this.#parts.join('');
  }

  #put(text: string): void {
    if (this.#length === 0) this.#append(this.#linePrefix());
    else if (this.#gap > 0) {
      const empty = this.#prefixes.map(({ rest, used }) => (used ? rest : '')).join('');
      this.#append(this.#gap === 2 ? `\n${empty.trimEnd()}\n` : '\n');
      this.#append(this.#linePrefix());
    } else if (this.#space) this.#append(' ');
    this.#gap = 0;
    this.#space = false;
    this.#append(text);
  }

  #linePrefix(): string {
    return this.#prefixes
      .map((prefix) => {
        const text = prefix.used ? prefix.rest : prefix.first;
        prefix.used = true;
        return text;
      })
      .join('');
  }

  #append(text: string): void {
    const room = this.#limit - this.#length;
    if (text.length > room) this.isFull = true;
    const kept = text.slice(0, room);
    this.#parts.push(kept);
    this.#length += kept.length;
  }
}
