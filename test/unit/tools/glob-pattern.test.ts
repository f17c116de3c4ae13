import { expect, test } from 'vitest';
import { compileGlob } from '#tools/glob-pattern.ts';

test.each([
  ['*.ts', ['a.ts', '.ts'], ['a.tsx', 'b/a.ts']],
  ['**/*.ts', ['a.ts', 'b/a.ts', 'b/c/a.ts'], ['a.js', 'ts']],
  ['**', ['a', 'a/b/c'], []],
  ['src/**', ['src/a', 'src/a/b'], ['src', 'srcs/a']],
  ['src/**/test/*.js', ['src/test/a.js', 'src/a/b/test/a.js'], ['src/atest/a.js', 'src/test/b/a.js']],
  ['a**b', ['ab', 'axxb'], ['a/b']],
  ['file-?.md', ['file-1.md'], ['file-.md', 'file-12.md', 'file-/.md']],
  ['[a-c]x', ['ax', 'cx'], ['dx', 'x']],
  ['[!a-c]x', ['dx'], ['ax', '/x']],
  ['[]x]', [']', 'x'], ['[]x]']],
  ['[ab', ['[ab'], ['a']],
  ['*.{js,ts}', ['a.js', 'a.ts'], ['a.md', 'a.{js,ts}']],
  ['{src,test}/**/*.{ts,tsx}', ['src/a.ts', 'test/b/c.tsx'], ['lib/a.ts']],
  ['{a,b{c,d}}', ['a', 'bc', 'bd'], ['b', 'c']],
  ['{a', ['{a'], ['a']],
  ['a}', ['a}'], ['a']],
  ['a,b', ['a,b'], ['a']],
  ['{a,}x', ['ax', 'x'], ['{a,}x']],
  ['\\*.md', ['*.md'], ['a.md']],
  ['(a+)+.$^|', ['(a+)+.$^|'], ['aa']],
  ['ü🌍?', ['ü🌍x'], ['ü🌍']],
])('%s', (glob, fits, fitsNot) => {
  const matches = compileGlob(glob);
  expect(fits.filter((path) => !matches(path))).toEqual([]);
  expect(fitsNot.filter((path) => matches(path))).toEqual([]);
});

test('a glob made to be slow is not', () => {
  const matches = compileGlob(`${'*a'.repeat(400)}b`);
  const start = performance.now();
  expect(matches('a'.repeat(1_000))).toBe(false);
  expect(performance.now() - start).toBeLessThan(1_000);
});
