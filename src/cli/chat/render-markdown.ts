const bold = ['\u001B[1m', '\u001B[22m'] as const;
const dim = ['\u001B[2m', '\u001B[22m'] as const;
const code = ['\u001B[36m', '\u001B[39m'] as const;

/** While a line may still become one of these, its beginning is held back: a handful of characters. */
const undecided =
  /^ {0,3}(#{1,6}|`{1,2}|~{1,2}|>|-+|\*+|_+|(?:- )+-?|(?:\* )+\*?)?$|^\s*(?:[-*+]|\d{1,9}[.)]?)?$/;
const fenceStart = /^ {0,3}(`{3,}|~{3,})/;
const maybeFenceEnd = /^ {0,3}(`*|~*)[ \t]*$/;
const rule = /^ {0,3}(?:(?:- *){3,}|(?:\* *){3,}|(?:_ *){3,})$/;
const heading = /^ {0,3}#{1,6} +/;
const quote = /^ {0,3}> ?/;
const bullet = /^(\s*)[-*+] /;

export interface MarkdownStream {
  push(text: string): string;
  /** What was held back, and the end of every style. The stream is at the beginning of a text again. */
  end(): string;
}

/**
 * Styles Markdown for a terminal while it arrives. Contract: the joined output does not depend on where the text
 * is cut into pieces, and every style is ended with its line, so a stray mark cannot colour the rest of the screen.
 */
export function createMarkdownStream(): MarkdownStream {
  let fence: string | undefined;
  /** The beginning of a line whose kind is not known yet; `undefined` once it is. */
  let held: string | undefined = '';
  let lineEnd = '';
  let isBold = false;
  let isCode = false;
  /** Stars that may be a mark or not: the next character decides. */
  let stars = '';
  let previous = ' ';

  function endLine(): string {
    const open = settleStars(' ') + (isCode ? code[1] : '') + (isBold ? bold[1] : '') + lineEnd;
    isCode = false;
    isBold = false;
    lineEnd = '';
    previous = ' ';
    held = '';
    return open;
  }

  /** A pair of stars opens before a word and closes after one; anywhere else it is text. */
  function settleStars(next: string): string {
    const mark = stars;
    stars = '';
    if (mark === '') return '';
    const turns = mark === '**' && (isBold ? previous.trim() !== '' : next.trim() !== '');
    previous = '*';
    if (!turns) return mark;
    isBold = !isBold;
    // In a heading the whole line stays bold
    if (lineEnd === bold[1]) return '';
    return isBold ? bold[0] : bold[1];
  }

  function inline(character: string): string {
    if (character === '*' && !isCode) {
      const settled = stars.length === 2 ? settleStars('*') : '';
      stars += '*';
      return settled;
    }
    const settled = settleStars(character);
    previous = character;
    if (character !== '`') return settled + character;
    isCode = !isCode;
    return settled + (isCode ? code[0] : code[1]);
  }

  const inlineAll = (text: string) => Array.from(text, inline).join('');

  /** The kind of the line is known: prints how it begins, styled, and lets the rest of it through. */
  function decide(start: string): string {
    held = undefined;
    if (fence !== undefined) {
      lineEnd = dim[1];
      return `${dim[0]}    ${start}`;
    }
    const title = heading.exec(start)?.[0];
    if (title !== undefined) {
      lineEnd = bold[1];
      return bold[0] + inlineAll(start.slice(title.length));
    }
    const quoted = quote.exec(start)?.[0];
    if (quoted !== undefined) return `${dim[0]}│${dim[1]} ${inlineAll(start.slice(quoted.length))}`;
    const item = bullet.exec(start);
    if (item !== null) return `${item[1]}• ${inlineAll(start.slice(item[0].length))}`;
    return inlineAll(start);
  }

  function isUndecided(start: string): boolean {
    if (fence !== undefined) return maybeFenceEnd.test(start);
    return undecided.test(start) || fenceStart.test(start) || rule.test(start);
  }

  /** A whole line that was held to its end. */
  function wholeLine(start: string): string {
    held = '';
    const opening = fenceStart.exec(start)?.[1];
    if (fence === undefined && opening !== undefined) {
      fence = opening;
      const language = start.trim().slice(opening.length).trim();
      return language === '' ? '' : `${dim[0]}  ${language}${dim[1]}\n`;
    }
    if (fence !== undefined && opening !== undefined && opening.startsWith(fence)) {
      fence = undefined;
      return '';
    }
    if (fence === undefined && rule.test(start)) return `${dim[0]}${'─'.repeat(40)}${dim[1]}\n`;
    return `${decide(start)}${endLine()}\n`;
  }

  function take(character: string): string {
    if (held !== undefined) {
      if (character === '\n') return wholeLine(held);
      held += character;
      return isUndecided(held) ? '' : decide(held);
    }
    if (character === '\n') return `${endLine()}\n`;
    return fence === undefined ? inline(character) : character;
  }

  return {
    push: (text) => Array.from(text, take).join(''),
    end() {
      const closesFence =
        fence !== undefined && held !== undefined && fenceStart.exec(held)?.[1] !== undefined;
      const rest = held === undefined || held === '' || closesFence ? '' : decide(held);
      const out = rest + endLine();
      fence = undefined;
      return out;
    },
  };
}

export function renderMarkdown(text: string): string {
  const stream = createMarkdownStream();
  return stream.push(text) + stream.end();
}
