import { array, assert, constantFrom, nat, property } from 'fast-check';
import { expect, test } from 'vitest';
import { markdownCorpus } from '#test/support/markdown-corpus.ts';
import { parseBlocks, type Node } from '#web/core/markdown/parser.ts';
import { createMarkdownStream, type Block } from '#web/core/markdown/stream.ts';

const atOnce = (text: string): Node[] => parseBlocks(text, {}).map((block) => block.node);
const nodes = (blocks: readonly Block[]): Node[] => blocks.map((block) => block.node);

function stream(text: string, cuts: readonly number[]): readonly Block[] {
  const markdown = createMarkdownStream();
  for (const cut of cuts) markdown.update(text.slice(0, cut), false);
  return markdown.update(text, true);
}

test.each(Object.entries(markdownCorpus))(
  '%s: streamed letter by letter equals parsed at once',
  (_, text) => {
    const everyLength = Array.from({ length: text.length + 1 }, (_, length) => length);
    expect(nodes(stream(text, everyLength))).toEqual(atOnce(text));
  },
);

// A definition that comes late reaches settled blocks only at the end.
const inOrder = Object.entries(markdownCorpus).filter(([name]) => name !== 'late definition');
test.each(inOrder)('%s: what shows on the way does not depend on the way', (_, text) => {
  const markdown = createMarkdownStream();
  for (let length = 0; length <= text.length; length += 1) {
    const prefix = text.slice(0, length);
    const seenAtOnce = createMarkdownStream().update(prefix, false);
    expect(nodes(markdown.update(prefix, false))).toEqual(nodes(seenAtOnce));
  }
});

test('text made of marks, cut anywhere, ends as parsed at once', () => {
  const piece = constantFrom(
    '# ',
    '- ',
    '1. ',
    '> ',
    '```',
    '~~~',
    '**',
    '*',
    '`',
    '|',
    '\n',
    '\n\n',
    '    ',
    'word ',
    '[a](b)',
    '[a]: /x\n',
    '[a]',
    '---',
    '===',
    '| a |\n| - |\n',
    '![i](/j)',
    '\\',
    '<b>',
    '&amp;',
    '- [ ] ',
  );
  assert(
    property(array(piece, { maxLength: 30 }), array(nat(200), { maxLength: 12 }), (pieces, at) => {
      const text = pieces.join('');
      const cuts = at.filter((cut) => cut <= text.length).sort((a, b) => a - b);
      expect(nodes(stream(text, cuts))).toEqual(atOnce(text));
    }),
    { numRuns: 1_000 },
  );
});

test('a block is the same object once two later ones have begun', () => {
  const text = markdownCorpus['article'] ?? '';
  const markdown = createMarkdownStream();
  const settled = new Map<number, Block>();
  for (let length = 0; length <= text.length; length += 1) {
    const blocks = markdown.update(text.slice(0, length), length === text.length);
    for (const [key, block] of settled) expect(blocks[key]).toBe(block);
    for (const block of blocks.slice(0, -2)) settled.set(block.key, block);
  }
  expect(settled.size).toBeGreaterThan(6);
});

// Where the marks never close they are text in the end, so they may show before, too.
const wellFormed = Object.entries(markdownCorpus).filter(([name]) => name !== 'open at the end');
test.each(wellFormed)('%s: no prefix shows a bare fence, link or emphasis mark', (_, text) => {
  const markdown = createMarkdownStream();
  for (let length = 0; length <= text.length; length += 1) {
    const shown = visibleText(nodes(markdown.update(text.slice(0, length), false)));
    expect(shown.replace(/\/\/ `.*/, '')).not.toMatch(/```|~~~|\*\*|\]\(/);
  }
});

const visibleText = (all: readonly Node[]): string =>
  all
    .map((node) => {
      if (node.kind === 'element' || node.kind === 'link') return visibleText(node.children);
      return node.kind === 'text' || node.kind === 'code' ? node.text : '';
    })
    .join('');

test('only harmless addresses become links', () => {
  const links = (all: readonly Node[]): string[] =>
    all.flatMap((node) => {
      if (node.kind === 'link') return [node.href];
      return node.kind === 'element' ? links(node.children) : [];
    });
  const text = [
    '[a](javascript:alert(1)) [b](JaVaScRiPt:alert(1)) [c](data:text/html,x) [d](vbscript:x) [e](//evil.example)',
    '[f](https://ok.example) [g](/local) [h](mailto:a@b.example) [i](tel:+123) <javascript:alert(1)> [j](file:///x)',
    '[k](java&#115;cript:alert(1)) [l](\tjavascript:alert(1)) https://bare.example/a.',
  ].join('\n');
  expect(links(atOnce(text))).toEqual([
    'https://ok.example',
    '/local',
    'mailto:a@b.example',
    'tel:+123',
    'https://bare.example/a',
  ]);
});

test('deep nesting is parsed in bounded time', () => {
  const hostile = `${'>'.repeat(10_000)} ${'['.repeat(10_000)}${'*a_'.repeat(4_000)}`;
  const started = performance.now();
  stream(hostile, [10_000, 20_000, 30_000]);
  expect(performance.now() - started).toBeLessThan(2_000);
});
