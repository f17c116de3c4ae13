import * as fc from 'fast-check';

export interface MarkdownText {
  readonly markdown: string;
  /** Its words, as they have to be readable in this order: `w0w`, `w1w` … */
  readonly words: readonly string[];
}

const inline = [
  'W',
  '**W W**',
  '*W*',
  '_W_',
  '~~W~~',
  '`W`',
  '***W** W*',
  '[W](https://a.b/c_d)',
  '😀',
  'é*',
  '_',
  '`',
  '**',
];
const block = (line: string, other: string): string[] => [
  line,
  `# ${line}`,
  `- ${line}\n- ${other}\n  - ${line}`,
  `1. ${line}\n2. ${other}`,
  `> ${line}\n> ${other}`,
  `\`\`\`py\n${line}\n\n${other}\n\`\`\``,
  `~~~\n${line}\n~~~`,
  '| W |\n|---|\n| W |',
  `${line}\n${other}`,
  '---',
  '```\nW',
];

/** Any Markdown that a model might write: whole, broken off, nested, long. */
export const markdownText = (): fc.Arbitrary<MarkdownText> => {
  const line = fc
    .array(fc.constantFrom(...inline), { minLength: 1, maxLength: 30 })
    .map((parts) => parts.join(' '));
  return fc
    .array(
      fc
        .tuple(line, line, fc.nat({ max: 10 }), fc.integer({ min: 1, max: 20 }))
        .map(([one, other, kind, times]) =>
          Array<string>(times)
            .fill(block(one, other)[kind] ?? one)
            .join('\n\n'),
        ),
      { maxLength: 6 },
    )
    .map((blocks) => number(blocks.join('\n\n')));
};

function number(template: string): MarkdownText {
  const words: string[] = [];
  const markdown = template.replace(/W/g, () => {
    const word = `w${words.length}w`;
    words.push(word);
    return word;
  });
  return { markdown, words };
}
