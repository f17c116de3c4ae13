import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldersAbove, normalizePath } from '#files/path.ts';

const result = (path: string) => {
  const normal = normalizePath(path);
  return normal.ok ? normal.value : normal.problem.code;
};

test.each([
  ['/workspace', '/workspace'],
  ['.', '/workspace'],
  ['/workspace/', '/workspace'],
  ['a.txt', '/workspace/a.txt'],
  ['./a//b/../c/', '/workspace/a/c'],
  ['/workspace/../workspace/a', '/workspace/a'],
  ['../workspace/a', '/workspace/a'],
  ['/workspace/a\\..\\..\\b', '/workspace/a\\..\\..\\b'],
  ['~/a', '/workspace/~/a'],
  ['%2e%2e/a', '/workspace/%2e%2e/a'],
  ['', 'EINVAL'],
  ['a\0b', 'EINVAL'],
  ['a\nb', 'EINVAL'],
  ['\ud800', 'EINVAL'],
  ['..', 'EACCES'],
  ['/', 'EACCES'],
  ['/etc/passwd', 'EACCES'],
  ['/workspace/../etc/passwd', 'EACCES'],
  ['/workspaces/a', 'EACCES'],
  ['/workspace-2', 'EACCES'],
  ['a/../../b', 'EACCES'],
  ['ü'.repeat(127), `/workspace/${'ü'.repeat(127)}`],
  ['ü'.repeat(128), 'ENAMETOOLONG'],
  ['abc/'.repeat(63), `/workspace${'/abc'.repeat(63)}`],
  ['abc/'.repeat(64), 'ENAMETOOLONG'],
  [`${'x'.repeat(250)}/`.repeat(5), 'ENAMETOOLONG'],
])('%j → %s', (path, expected) => {
  expect(result(path)).toBe(expected);
});

const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '..',
        '.',
        '',
        '/',
        '//',
        '\\',
        '...',
        '/workspace',
        'workspace',
        '\0',
        '%2e',
        '\u2024',
        'a',
      ),
      fc.string({ unit: 'binary', maxLength: 4 }),
    ),
    { maxLength: 20 },
  )
  .chain((parts) => fc.constantFrom('', '/').map((separator) => parts.join(separator)));

test('no string whatsoever resolves outside the workspace, and what resolves is stable', () => {
  fc.assert(
    fc.property(fc.oneof(hostile, fc.string({ unit: 'binary' })), (path) => {
      const normal = normalizePath(path);
      if (!normal.ok) return;
      const [empty, top, ...parts] = normal.value.split('/');
      expect([empty, top]).toEqual(['', 'workspace']);
      for (const part of parts) expect(['', '.', '..']).not.toContain(part);
      expect(normal.value).not.toContain('\0');
      expect(normalizePath(normal.value)).toEqual(normal);
    }),
    { numRuns: 5_000 },
  );
});

test('folders above a path', () => {
  expect(foldersAbove('/workspace/a/b/c')).toEqual(['/workspace/a', '/workspace/a/b']);
  expect(foldersAbove('/workspace/a')).toEqual([]);
});
