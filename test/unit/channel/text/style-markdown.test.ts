import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escapeMarkdown } from '#channel/text/escape-markdown.ts';
import { splitText } from '#channel/text/split-text.ts';
import { styleMarkdown } from '#channel/text/style-markdown.ts';
import type { StyledText } from '#channel/text/styled-text.ts';
import { tablesToLists } from '#channel/text/tables-to-lists.ts';
import { toolResultMessage } from '#channel/text/tool-result-message.ts';
import { markdownText } from '#test/support/markdown-text.ts';

const layout = { links: 'spans', bullet: '•' } as const;
const shown = ({ text, spans }: StyledText) => [
  text,
  ...spans.map(
    ({ start, end, style }) =>
      `${style.kind}${style.kind === 'pre' ? `:${style.language}` : style.kind === 'link' ? `:${style.href}` : ''} "${text.slice(start, end)}"`,
  ),
];

describe('a Markdown text laid out', () => {
  test('a text of ten times the size takes about ten times the work', () => {
    const seconds = (text: string) => {
      const start = process.cpuUsage().user;
      styleMarkdown(text, layout);
      return (process.cpuUsage().user - start) / 1e6;
    };
    for (const part of ['x:', 'https:', 'a: b ', 'see https://a.b/c: ']) {
      seconds(part.repeat(1000));
      const small = seconds(part.repeat(20_000 / part.length));
      const large = seconds(part.repeat(200_000 / part.length));
      expect(large / Math.max(small, 0.01), part).toBeLessThan(40);
    }
  });

  test.each<[string, string, string[]]>([
    ['marks', '**b** *i* ~~s~~ `c`', ['b i s c', 'bold "b"', 'italic "i"', 'strike "s"', 'code "c"']],
    ['bold in a bold heading', '## **Bold** head', ['Bold head', 'bold "Bold head"']],
    ['bold and italic', '***x***', ['x', 'bold "x"', 'italic "x"']],
    ['a name with underscores', 'snake_case_name', ['snake_case_name']],
    ['a product', 'a * b * c', ['a * b * c']],
    ['a link', '[site](https://a.b/c)', ['site', 'link:https://a.b/c "site"']],
    ['an address as its own words', '[https://a.b](https://a.b)', ['https://a.b']],
    ['a bare address', 'see https://a.b/_c_/*d*, **ok**', ['see https://a.b/_c_/*d*, ok', 'bold "ok"']],
    ['an address in brackets', '<https://a.b/_c_>', ['https://a.b/_c_']],
    ['a link to nowhere on the web', '[report](output/r.pdf)', ['report (output/r.pdf)']],
    ['an image', '![chart](https://a.b/c.png)', ['chart', 'link:https://a.b/c.png "chart"']],
    ['code', '```py\nx = 1\n```\n', ['x = 1\n', 'pre:py "x = 1\n"']],
    ['code right after a line', '**a**\n```\nb\n```\nc', ['a\nb\nc', 'bold "a"', 'pre: "b\n"']],
    ['lines and paragraphs', 'a\nb\n\n\nc', ['a\nb\n\nc']],
    ['indented lines', 'a\n  b\n    c', ['a\n  b\n    c']],
    ['a list', '- a\n- b\n  - c\n\n    d', ['• a\n• b\n  • c\n\n    d']],
    ['a numbered list', '3. a\n   b\n4. c', ['3. a\n   b\n4. c']],
    ['a checklist', '- [x] a\n- [ ] b', ['• ☑ a\n• ☐ b']],
    ['a quote', 'a\n\n> b\n> > c\n\nd', ['a\n\nb\nc\n\nd', 'quote "b\nc"']],
    ['a rule', 'a\n\n---\n\nb', ['a\n\n───\n\nb']],
    ['HTML', '<b>a</b> &amp; b', ['<b>a</b> & b']],
    ['a table', '| A | B |\n|---|---|\n| 1 | 2 |', ['• A: 1\n  B: 2', 'bold "A:"', 'bold "B:"']],
    ['nothing but a definition', '[a]: https://b.c', ['[a]: https://b.c']],
  ])('%s', (_name, markdown, expected) => {
    expect(shown(styleMarkdown(markdown, layout))).toEqual(expected);
  });

  test('addresses are written behind their words where links are not possible', () => {
    const written = (markdown: string) => styleMarkdown(markdown, { links: 'written', bullet: '-' }).text;
    expect(written('[t](https://u.v) ![alt](https://i.j) [https://u.v](https://u.v)')).toBe(
      't (https://u.v) alt (https://i.j) https://u.v',
    );
  });

  test('foreign text stays what it is', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom(...Array.from('ab1 *_`~[]()<>#+-.!|&;\\=:/\n'), 'https://', '&amp;', '😀'),
        }),
        (text) => {
          const lines = text
            .split('\n')
            .map((line) => line.trimEnd())
            .join('\n')
            .replace(/\n{2,}/g, '\n')
            .trim();
          fc.pre(lines !== '');
          expect(styleMarkdown(escapeMarkdown(lines), layout)).toEqual({ text: lines, spans: [] });
        },
      ),
      { numRuns: 500 },
    );
  });

  test('the indentation of a list of files is shown', () => {
    expect(styleMarkdown(toolResultMessage('Glob', 'a_b\n__c__', false), layout).text).toBe(
      '✅ Glob — 9 chars\n2 files found:\n  a_b\n  __c__',
    );
  });

  test('every word of every text is there, in order, and spans lie within', () => {
    fc.assert(
      fc.property(markdownText(), ({ markdown, words }) => {
        const { text, spans } = styleMarkdown(markdown, layout);
        expect(text.match(/w\d+w/g) ?? []).toEqual(words);
        for (const { start, end } of spans) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(text.length);
        }
      }),
    );
  });
});

describe('tables', () => {
  const table = '| A | B |\n|---|:-:|\n| 1 | 2 |\n| 3 | 4 |';
  test.each<[string, string, string]>([
    ['become lists', table, '• **A:** 1\n  **B:** 2\n\n• **A:** 3\n  **B:** 4\n'],
    ['without a separator too', '| A |\n| 1 |', '• **A:** 1\n'],
    ['without edges', 'A | B\n--|--\n1 | 2\n', '• **A:** 1\n  **B:** 2\n\n'],
    ['with a cell missing', '| A | B |\n| 1 |', '• **A:** 1\n  **B:** \n'],
    ['with a cell too many', '| A |\n| 1 | 2 |', '• **A:** 1\n  2\n'],
    ['with bold heads and signs', '| **A** |\n| a \\| b |', '• **A:** a | b\n'],
    ['stay without rows', '| A | B |\n|---|---|', '| A | B |\n|---|---|'],
    ['stay in code', `\`\`\`md\n${table}\n\`\`\``, `\`\`\`md\n${table}\n\`\`\``],
    ['stay in code of tildes', `~~~\n\`\`\`\n${table}\n~~~`, `~~~\n\`\`\`\n${table}\n~~~`],
    ['come back after code', '```\nx\n```\n| A |\n| 1 |', '```\nx\n```\n• **A:** 1\n'],
    ['one line is none', '| A |', '| A |'],
  ])('%s', (_name, markdown, expected) => {
    expect(tablesToLists(markdown)).toBe(expected);
  });
});

describe('splitting', () => {
  const split = (text: string, max: number) => splitText({ text, spans: [] }, max).map((part) => part.text);

  test('at the last word, line or paragraph that ends in the second half, else anywhere', () => {
    expect(split(`${'a'.repeat(30)} ${'b'.repeat(30)}`, 40)).toEqual(['a'.repeat(30), 'b'.repeat(30)]);
    expect(split('x'.repeat(100), 40).map((part) => part.length)).toEqual([40, 40, 20]);
    expect(split(`${'A'.repeat(25)}\n\n${'B'.repeat(25)}\n${'C'.repeat(10)}`, 40)).toEqual([
      'A'.repeat(25),
      `${'B'.repeat(25)}\n${'C'.repeat(10)}`,
    ]);
    expect(split('', 40)).toEqual(['']);
    expect(split('x'.repeat(40), 40)).toEqual(['x'.repeat(40)]);
  });

  test('a code block that is cut goes on in its language', () => {
    const styled = styleMarkdown(`\`\`\`py\n${'x = 1\n'.repeat(10)}\`\`\``, layout);
    const parts = splitText(styled, 40);
    expect(parts.length).toBe(2);
    for (const part of parts) {
      expect(part.spans).toEqual([
        { start: 0, end: part.text.length, style: { kind: 'pre', language: 'py' } },
      ]);
    }
  });

  test('nothing but separators is lost, parts fit by any measure, and no character is cut', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', '😀', 'é'), maxLength: 300 }),
        fc.integer({ min: 4, max: 60 }),
        fc.integer({ min: 1, max: 3 }),
        (text, max, weight) => {
          const measure = (part: StyledText) => part.text.length * weight;
          const parts = splitText({ text, spans: [] }, Math.max(max, 2 * weight), measure);
          let rest = text;
          for (const part of parts) {
            expect(measure(part)).toBeLessThanOrEqual(Math.max(max, 2 * weight));
            expect(part.text.isWellFormed()).toBe(true);
            const dropped = rest.indexOf(part.text);
            expect(rest.slice(0, dropped)).toMatch(/^(|\n|\n\n| )$/);
            rest = rest.slice(dropped + part.text.length);
          }
          expect(rest).toMatch(/^(|\n|\n\n| )$/);
        },
      ),
    );
  });
});
