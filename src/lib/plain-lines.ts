interface PlainLine {
  readonly text: string;
  readonly isHeading: boolean;
}

/** The lines of a Markdown text as a reader hears them: no markup, no code blocks, none that are empty. */
export function plainLines(markdown: string): PlainLine[] {
  const lines: PlainLine[] = [];
  let fence: string | undefined;
  for (const line of markdown.split(/\r?\n/)) {
    const mark = /^\s{0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence !== undefined) {
      if (mark?.startsWith(fence)) fence = undefined;
    } else if (mark !== undefined) {
      fence = mark;
    } else {
      const text = withoutMarkup(line);
      if (/[\p{L}\p{N}]/u.test(text)) lines.push({ text, isHeading: /^\s{0,3}#{1,6}\s/.test(line) });
    }
  }
  return lines;
}

const withoutMarkup = (line: string): string =>
  line
    .replace(/^[\s>]*(?:#{1,6}\s+|[-*+]\s+(?:\[[ xX]\]\s+)?|\d{1,9}[.)]\s+)?/, '')
    .replace(/!\[[^\][]*\]\([^()\s]*\)/g, '')
    .replace(/\[([^\][]*)\]\([^()\s]*\)/g, '$1')
    .replace(/<\/?[a-z][^<>]{0,100}>/gi, '')
    .replace(/\*+|~~|`+|(?<![\p{L}\p{N}])_+|_+(?![\p{L}\p{N}])/gu, '')
    .replace(/\s+#+\s*$/, '')
    .replace(/\s+/g, ' ')
    .trim();
