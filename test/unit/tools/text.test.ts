import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { closeMatches } from '#tools/close-matches.ts';
import { cutMiddle } from '#tools/cut-middle.ts';
import { contentType } from '#tools/file-content.ts';
import { contentLines } from '#tools/grep-output.ts';
import { numberLines, splitLines } from '#tools/numbered-lines.ts';
import { replaceText } from '#tools/replace-text.ts';

describe('cutMiddle', () => {
  test('keeps a text at the limit and cuts one above it', () => {
    expect(cutMiddle('123456', 6)).toBe('123456');
    expect(cutMiddle('1234567', 6)).toBe('123\n\n[… 1 characters cut …]\n\n567');
  });

  test('keeps beginning and end, and tears no character', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 60 }),
        fc.integer({ min: 2, max: 50 }),
        (text, limit) => {
          const cut = cutMiddle(text, limit);
          expect(cut.isWellFormed()).toBe(true);
          const [start, , end] = cut.split('\n\n');
          if (text.length > limit && end !== undefined && !text.includes('\n')) {
            expect(text.startsWith(start ?? '')).toBe(true);
            expect(text.endsWith(end)).toBe(true);
          }
        },
      ),
    );
  });
});

test.each([
  ['png', [0x89, 0x50, 0x4e, 0x47, 0x0d], 'image/png'],
  ['jpeg', [0xff, 0xd8, 0xff, 0xe0], 'image/jpeg'],
  ['gif', [...Buffer.from('GIF89a')], 'image/gif'],
  ['webp', [...Buffer.from('RIFF....WEBPVP8 ')], 'image/webp'],
  ['pdf', [...Buffer.from('%PDF-1.7')], 'application/pdf'],
  ['text', [...Buffer.from('héllo')], 'text'],
  ['nothing', [], 'text'],
  ['zip', [0x50, 0x4b, 3, 4, 0, 0], 'binary'],
])('content of a file: %s', (_, bytes, expected) => {
  expect(contentType(Uint8Array.from(bytes))).toBe(expected);
});

test('lines are numbered like cat -n, and long ones cut', () => {
  expect(numberLines(['a', '', 'b'.repeat(2_001)], 9_999)).toBe(
    `  9999\ta\n 10000\t\n 10001\t${'b'.repeat(2_000)}… [line cut]`,
  );
  expect(splitLines('a\r\nb\n\nc')).toEqual(['a', 'b', '', 'c']);
  expect(splitLines('a\n')).toEqual(['a']);
  expect(splitLines('')).toEqual([]);
});

test.each([
  ['the same name elsewhere', 'src/Main.ts', ['/workspace/src/lib/main.ts']],
  ['another extension', 'data.cvs', ['/workspace/data.csv']],
  ['a slip', '/workspace/raport.md', ['/workspace/report.md']],
  ['nothing like it', 'zebra.png', []],
  ['a short name', 'ab', []],
])('close matches: %s', (_, wanted, expected) => {
  const paths = [
    '/workspace/data.csv',
    '/workspace/report.md',
    '/workspace/src/lib/main.ts',
    '/workspace/cd',
  ];
  expect(closeMatches(wanted, paths)).toEqual(expected);
});

const replace = (text: string, oldText: string, newText: string, all = false) => {
  const replaced = replaceText(text, { oldText, newText, all });
  return replaced.ok ? replaced.value : replaced.problem;
};

test.each([
  ['once', 'a\nb\nc', 'b', 'x', false, { text: 'a\nx\nc', line: 1, count: 1 }],
  ['to nothing', 'ab', 'b', '', false, { text: 'a', line: 0, count: 1 }],
  ['all', 'a b a', 'a', 'aa', true, { text: 'aa b aa', line: 0, count: 2 }],
  [
    'no patterns of replace()',
    'price',
    'price',
    "$& $1 $$ $'",
    false,
    { text: "$& $1 $$ $'", line: 0, count: 1 },
  ],
  [
    'lines that end in CRLF',
    'a\r\nb\r\nc',
    'a\nb',
    'x\ny',
    false,
    { text: 'x\r\ny\r\nc', line: 0, count: 1 },
  ],
])('replace %s', (_, text, oldText, newText, all, expected) => {
  expect(replace(text, oldText, newText, all)).toEqual(expected);
});

test.each([
  ['what is not there', 'abc', 'x', 'y', 'not in the file'],
  ['what is there twice', 'aa', 'a', 'b', '2 times'],
  ['the same', 'a', 'a', 'a', 'the same'],
  ['nothing', 'a', '', 'b', 'empty'],
])('replace %s: refused', (_, text, oldText, newText, expected) => {
  expect(replace(text, oldText, newText)).toContain(expected);
});

test.each([
  ['no context', { before: 0, after: 0, numbers: true }, ['f:2:b', 'f:3:c', 'f:6:f']],
  ['no numbers', { before: 0, after: 0, numbers: false }, ['f:b', 'f:c', 'f:f']],
  ['context', { before: 1, after: 1, numbers: true }, ['f-1-a', 'f:2:b', 'f:3:c', 'f-4-d', 'f-5-e', 'f:6:f']],
  ['after', { before: 0, after: 1, numbers: true }, ['f:2:b', 'f:3:c', 'f-4-d', '--', 'f:6:f']],
])('content of a search: %s', (_, options, expected) => {
  const found = { path: 'f', lines: ['a', 'b', 'c', 'd', 'e', 'f'], matches: [1, 2, 5] };
  expect(contentLines(found, options)).toEqual(expected);
});
