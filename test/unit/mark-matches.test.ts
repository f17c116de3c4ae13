import { assert, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { excerptPieces, markMatches } from '#lib/mark-matches.ts';

const shown = (pieces: ReturnType<typeof markMatches>) =>
  pieces.map(({ text, match }) => (match ? `[${text}]` : text)).join('');

describe('matches are marked', () => {
  test.each([
    { text: 'a C++ and a c++', query: 'c++', marked: 'a [C++] and a [c++]' },
    { text: 'a note on notes, and a cat', query: ' A note ', marked: '[a note] on notes, and a cat' },
    { text: 'Die Übung, U\u0308bung', query: 'ubung', marked: 'Die [Übung], [U\u0308bung]' },
    { text: 'tiếng Việt', query: 'TIENG VIET', marked: '[tiếng Việt]' },
    { text: '😀 İstanbul 😀', query: 'istanbul', marked: '😀 [İstanbul] 😀' },
    { text: 'nothing', query: 'x', marked: 'nothing' },
    { text: 'nothing', query: '  ', marked: 'nothing' },
    { text: '', query: 'x', marked: '' },
  ])('$query in $text', ({ text, query, marked }) => {
    expect(shown(markMatches(text, query))).toBe(marked);
  });

  test('joined, the pieces are the text', () => {
    assert(
      property(string({ unit: 'binary' }), string({ unit: 'binary', maxLength: 2 }), (text, query) => {
        expect(
          markMatches(text, query)
            .map((piece) => piece.text)
            .join(''),
        ).toBe(text);
      }),
    );
  });
});

test.each([
  {
    name: 'begins at a word shortly before the match',
    text: `...${'far away '.repeat(11)}and here is the needle in the haystack`,
    excerpt: '…away and here is the [needle] in the haystack',
  },
  {
    name: 'without words, at a character',
    text: `${'x'.repeat(30)}😀${'y'.repeat(23)}needle`,
    excerpt: `…${'y'.repeat(23)}[needle]`,
  },
  { name: 'a match near the beginning', text: 'Where is the needle?', excerpt: 'Where is the [needle]?' },
  { name: 'no match', text: 'far away '.repeat(9), excerpt: 'far away '.repeat(9) },
])('an excerpt: $name', ({ text, excerpt }) => {
  expect(shown(excerptPieces(text, 'needle'))).toBe(excerpt);
});
