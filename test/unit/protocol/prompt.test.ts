import { expect, test } from 'vitest';
import { parseClientMessage } from '#protocol/client-message.ts';

const say = (content: unknown) => parseClientMessage(JSON.stringify({ content }));
const text = (words: string) => ({ type: 'text', text: words });
const png = (data: string) => ({ type: 'image', source: { type: 'base64', media_type: 'image/png', data } });

/** As many bytes as base64. */
const base64Of = (bytes: number) => Buffer.alloc(bytes).toString('base64');
const mebibytes = 1024 * 1024;

test.each([
  { name: 'a blank text', content: ' \n' },
  { name: 'a blank block', content: text('   ') },
  { name: 'nothing but blank blocks', content: [text('   '), text(''), text('\n')] },
])('$name is empty', ({ content }) => {
  expect(say(content)).toEqual({ ok: false, problem: 'Empty content' });
});

test('blank blocks are left out, and what is said stays as it is', () => {
  expect(say([text(' '), text(' hello '), text('\n')])).toMatchObject({
    ok: true,
    value: { content: [text(' hello ')] },
  });
});

test.each([10 * mebibytes - 1, 10 * mebibytes])('an image of %i bytes is taken', (bytes) => {
  const image = png(base64Of(bytes));
  expect(say(image)).toMatchObject({ ok: true, value: { content: [image] } });
});

test.each([
  { name: 'an image', content: png(base64Of(10 * mebibytes + 1)), where: '' },
  {
    name: 'an image in a list',
    content: [text('see'), png(base64Of(11 * mebibytes))],
    where: 'Invalid content block at index 1: ',
  },
])('$name over 10 MiB is refused', ({ content, where }) => {
  expect(say(content)).toEqual({
    ok: false,
    problem: `Invalid content format: ${where}Image is larger than 10 MiB`,
  });
});
