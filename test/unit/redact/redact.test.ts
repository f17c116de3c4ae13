import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRedactor, redact } from '#lib/redact/redact.ts';
import { masked, untouched } from './vectors.ts';

const words =
  'password token sk- eyJ AKIA -----BEGIN PRIVATE KEY ----- bearer https -- a Z 7 é 🙂 abcd 12345678 [oauth] [app aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zA'.split(
    ' ',
  );
const signs = [...' \n\t:=\'"`\\*@/.[](){},;&$<>!?-_+'.split(''), '://', '...', '": "', '==', ' KEY'];

function inPieces(pieces: readonly string[]): string {
  const redactor = createRedactor();
  return pieces.map((piece) => redactor.push(piece)).join('') + redactor.end();
}

function cutAt(text: string, points: readonly number[]): string[] {
  const cuts = [0, ...points.map((point) => point % (text.length + 1)), text.length].sort((a, b) => a - b);
  return cuts.slice(1).map((cut, index) => text.slice(cuts[index], cut));
}

const texts = [...masked.map(({ text }) => text), ...untouched];
const short = texts.filter((text) => text.length < 1000);

describe('a secret is masked', () => {
  test.each(masked)('$name', ({ text, shown }) => {
    expect(redact(text)).toBe(shown);
  });
});

describe('ordinary text stays', () => {
  test.each(untouched)('%s', (text) => {
    expect(redact(text)).toBe(text);
  });
});

test.each(texts)('redacting again changes nothing: %#', (text) => {
  expect(redact(redact(text))).toBe(redact(text));
});

test('redacting again shows nothing more, whatever the text', () => {
  const piece = fc.constantFrom(...words, ...signs, 'https://', 'a@b.c:', `ghp_${'aB3'.repeat(9)}`);
  const document = fc.array(piece, { maxLength: 12 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(document, (text) => {
      const once = redact(text);
      let at = 0;
      for (const shown of redact(once).split(/\*\*\*REDACTED\*\*\*|\[\*{4}\]/)) {
        const found = once.indexOf(shown, at);
        expect(found).toBeGreaterThanOrEqual(at);
        at = found + shown.length;
      }
    }),
    { numRuns: 5000 },
  );
});

describe('however a text is cut, the outcome is the same', () => {
  test.each(texts)('character by character: %#', (text) => {
    expect(inPieces(text.split(''))).toBe(redact(text));
  });

  test.each(short)('in two pieces, at every point: %#', (text) => {
    for (let cut = 0; cut <= text.length; cut += 1) {
      expect(inPieces([text.slice(0, cut), text.slice(cut)])).toBe(redact(text));
    }
  });

  test('several texts in a row, cut at random', () => {
    const separator = fc.constantFrom('', ' ', '\n', ', ', '"', '=', ': ', '- ', '*', '/');
    const document = fc
      .array(fc.tuple(fc.constantFrom(...short), separator), { minLength: 1, maxLength: 6 })
      .map((parts) => parts.flat().join(''));
    fc.assert(
      fc.property(document, fc.array(fc.nat(), { maxLength: 30 }), (text, points) => {
        expect(inPieces(cutAt(text, points))).toBe(redact(text));
      }),
      { numRuns: 2000 },
    );
  });

  test('texts made of the signs that matter, cut at random', () => {
    const piece = fc.constantFrom(...words, ...signs);
    const document = fc.array(piece, { maxLength: 40 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(document, fc.array(fc.nat(), { maxLength: 20 }), (text, points) => {
        const whole = redact(text);
        expect(inPieces(cutAt(text, points))).toBe(whole);
        expect(inPieces(text.split(''))).toBe(whole);
      }),
      { numRuns: 5000 },
    );
  });

  test('tokens longer than what is held back', () => {
    const unit = fc.constantFrom(
      'a',
      '-',
      'a/',
      'aB3',
      'password=',
      'x.',
      '":"',
      '(',
      '\\n',
      'é',
      '@',
      '- ',
      '```',
    );
    const document = fc
      .tuple(fc.constantFrom('', 'password: ', 'token="', 'https://', '-----BEGIN PRIVATE KEY-----\n'), unit)
      .map(([start, unit]) => start + unit.repeat(9000 / unit.length));
    fc.assert(
      fc.property(document, fc.array(fc.nat(), { maxLength: 40 }), (text, points) => {
        expect(inPieces(cutAt(text, points))).toBe(redact(text));
      }),
      { numRuns: 500 },
    );
  });
});

describe('while a text arrives', () => {
  test('what was shown is always a beginning of what will be shown', () => {
    for (const { text, shown } of masked) {
      const redactor = createRedactor();
      let soFar = '';
      for (const character of text) {
        soFar += redactor.push(character);
        if (!shown.startsWith(soFar)) expect(soFar).toBe(shown);
      }
    }
  });

  test.each([
    { name: 'a finished word', text: 'Hello ', held: '' },
    { name: 'a sentence', text: 'Hello, dear reader of this. ', held: '' },
    { name: 'a word in progress', text: 'Hello, wor', held: 'wor' },
    { name: 'words without blanks', text: 'これは文です', held: '' },
    { name: 'the name of a secret', text: 'the password: ', held: '' },
    { name: 'its value in progress', text: 'the password: hunt', held: 'hunt' },
    { name: 'a quoted value in progress', text: '"token": "a b', held: 'a b' },
    { name: 'a quotation that nothing announced', text: 'he said "a b ', held: '' },
    { name: 'a bracket that may become a marker', text: 'see [oau', held: '[oau' },
    { name: 'a bracket that may not', text: 'see [y', held: 'y' },
  ])('held back: $name', ({ text, held }) => {
    const redactor = createRedactor();
    expect(redactor.push(text)).toBe(text.slice(0, text.length - held.length));
  });

  test('a long body is neither shown nor kept', () => {
    const redactor = createRedactor();
    redactor.push('-----BEGIN PRIVATE KEY-----');
    const line = `${'aB3dE5gH'.repeat(8)}\n`;
    const shown = Array.from({ length: 10_000 }, () => redactor.push(line))
      .join('')
      .trim();
    expect(shown).toBe('***REDACTED***');
    expect(redactor.end().length).toBeLessThan(100);
  });

  test('it tells whether it acted', () => {
    const redactor = createRedactor();
    redactor.push('nothing to hide ');
    expect(redactor.acted).toBe(false);
    redactor.push('password: hunter2 ');
    expect(redactor.acted).toBe(true);
  });

  test('it begins anew after the end', () => {
    const redactor = createRedactor();
    expect(redactor.push('password: ') + redactor.end()).toBe('password: ');
    expect(redactor.push('hunter2') + redactor.end()).toBe('hunter2');
  });
});
