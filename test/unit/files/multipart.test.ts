import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { formBoundary, readMultipart, readText } from '#files/multipart.ts';
import { MalformedForm } from '#files/multipart-bytes.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

async function* inPieces(whole: Uint8Array, size: number) {
  for (let at = 0; at < whole.length; at += size) yield whole.slice(at, at + size);
}

/** Every part with its content as text, one character a byte. */
async function read(form: string | Uint8Array, { boundary = 'B', size = 7 } = {}) {
  const parts = [];
  const whole = typeof form === 'string' ? bytes(form) : form;
  for await (const { name, fileName, body } of readMultipart(inPieces(whole, size), boundary)) {
    const content: number[] = [];
    for await (const chunk of body) content.push(...chunk);
    parts.push({ name, fileName, content: String.fromCharCode(...content) });
  }
  return parts;
}

const part = (headers: string, content: string) => `--B\r\n${headers}\r\n\r\n${content}\r\n`;
const named = (rest: string) => part(`Content-Disposition: form-data; ${rest}`, 'x');

test.each([
  { name: 'as a browser writes it', headers: 'name="file"; filename="a b.txt"', fileName: 'a b.txt' },
  { name: 'UTF-8', headers: 'name="file"; filename="naïve 報.txt"', fileName: 'naïve 報.txt' },
  {
    name: 'escaped by a browser',
    headers: 'name="file"; filename="a%22b%0D%0A.txt"',
    fileName: 'a"b\r\n.txt',
  },
  { name: 'escaped by a backslash', headers: 'name="file"; filename="a\\"b.txt"', fileName: 'a"b.txt' },
  { name: 'a path', headers: 'name="file"; filename="C:\\dir\\a.txt"', fileName: 'C:\\dir\\a.txt' },
  { name: 'a semicolon', headers: 'name="file"; filename="a; name=b.txt"', fileName: 'a; name=b.txt' },
  { name: 'without quotes', headers: 'name=file; filename=a.txt', fileName: 'a.txt' },
  {
    name: 'extended',
    headers: `name="file"; filename="_.txt"; filename*=UTF-8''na%C3%AFve.txt`,
    fileName: 'naïve.txt',
  },
  {
    name: 'extended, unreadable',
    headers: `name="file"; filename="a.txt"; filename*=UTF-8''%C3`,
    fileName: 'a.txt',
  },
  { name: 'none chosen', headers: 'name="file"; filename=""', fileName: '' },
  { name: 'no file', headers: 'name="file"', fileName: null },
])('file name: $name', async ({ headers, fileName }) => {
  expect(await read(`${named(headers)}--B--`)).toEqual([{ name: 'file', fileName, content: 'x' }]);
});

test.each([
  { name: 'no parts', form: '--B--\r\n', expected: [] },
  {
    name: 'text before and after',
    form: `ignored\r\n${named('name="a"')}--B--\r\nignored --B`,
    expected: [{ name: 'a', fileName: null, content: 'x' }],
  },
  {
    name: 'other headers, any case',
    form: `${part('Content-Type: a/b\r\ncontent-disposition: FORM-DATA; name="a"', '')}--B--`,
    expected: [{ name: 'a', fileName: null, content: '' }],
  },
  {
    name: 'content that looks like a boundary',
    form: `${part('Content-Disposition: form-data; name="a"', '--B\r\r\n--\r\n-B\n--B--\r\n\r')}--B--`,
    expected: [{ name: 'a', fileName: null, content: '--B\r\r\n--\r\n-B\n--B--\r\n\r' }],
  },
])('$name', async ({ form, expected }) => {
  for (const size of [1, 2, 3, 1000]) expect(await read(form, { size })).toEqual(expected);
});

test.each([
  { name: 'empty', form: '' },
  { name: 'no boundary', form: 'hello' },
  { name: 'cut in a header', form: '--B\r\nContent-Disposition: form-data; name="a"' },
  { name: 'cut in the content', form: '--B\r\nContent-Disposition: form-data; name="a"\r\n\r\nabc' },
  { name: 'cut after a part', form: named('name="a"') },
  { name: 'a part without headers', form: '--B\r\n\r\nabc\r\n--B--' },
  { name: 'a part without name', form: `${named('filename="a"')}--B--` },
  { name: 'a longer boundary', form: '--BB\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n--B--' },
  { name: 'endless headers', form: `--B\r\nX: ${'x'.repeat(20_000)}\r\n\r\n\r\n--B--` },
])('refused: $name', async ({ form }) => {
  for (const size of [1, 1000]) await expect(read(form, { size })).rejects.toThrow(MalformedForm);
});

test('a field has a limit', async () => {
  await expect(readText(inPieces(bytes('12345'), 2), 4)).rejects.toThrow(MalformedForm);
  expect(await readText(inPieces(bytes('1ä5'), 2), 4)).toBe('1ä5');
});

test('a part that is read in half, or not at all, does not spoil the next', async () => {
  const form = `${named('name="a"')}${part('Content-Disposition: form-data; name="b"', 'y'.repeat(50))}${named('name="c"')}--B--`;
  const names = [];
  for await (const { name, body } of readMultipart(inPieces(bytes(form), 10), 'B')) {
    names.push(name);
    if (name !== 'b') continue;
    for await (const _ of body) break;
  }
  expect(names).toEqual(['a', 'b', 'c']);
});

test('any bytes, cut anywhere, come out as they went in', async () => {
  const content = fc.array(fc.constantFrom('\r', '\n', '-', 'B', 'x', '\u0000', 'ÿ'), { maxLength: 60 });
  const boundary = fc.constantFrom('B', '--', '-B-', 'BxB');
  await fc.assert(
    fc.asyncProperty(
      fc.array(content, { maxLength: 4 }),
      boundary,
      fc.integer({ min: 1, max: 40 }),
      async (contents, boundary, size) => {
        const whole = contents
          .map((letters) => letters.join(''))
          .filter((text) => !`\r\n${text}`.includes(`\r\n--${boundary}`));
        const form = whole
          .map((text) => `--${boundary}\r\nContent-Disposition: form-data; name="a"\r\n\r\n${text}\r\n`)
          .join('');
        const raw = Uint8Array.from(`${form}--${boundary}--\r\n`, (letter) => letter.charCodeAt(0));
        expect(await read(raw, { boundary, size })).toEqual(
          whole.map((text) => ({ name: 'a', fileName: null, content: text })),
        );
      },
    ),
  );
});

test.each([
  { type: 'multipart/form-data; boundary=abc', boundary: 'abc' },
  { type: 'Multipart/Form-Data; charset=utf-8; boundary="a b"', boundary: 'a b' },
  { type: 'multipart/form-data;boundary=----WebKitFormBoundaryX', boundary: '----WebKitFormBoundaryX' },
  { type: 'multipart/form-data', boundary: null },
  { type: 'multipart/mixed; boundary=abc', boundary: null },
  { type: 'application/json', boundary: null },
  { type: `multipart/form-data; boundary=${'a'.repeat(71)}`, boundary: null },
  { type: null, boundary: null },
])('boundary of $type', ({ type, boundary }) => {
  expect(formBoundary(type)).toBe(boundary);
});
