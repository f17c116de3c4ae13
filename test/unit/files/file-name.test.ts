import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { contentTypeOf, isShownInline } from '#files/file-kind.ts';
import { isInnerPath, safeFileName, shownFileName } from '#files/file-name.ts';

test.each([
  { sent: 'pic.png', safe: 'pic.png' },
  { sent: 'a.exe', safe: 'a' },
  { sent: '.env', safe: 'file' },
  { sent: 'hé llo (1).txt', safe: 'héllo1.txt' },
  { sent: 'e\u0301t\u0301.txt', safe: 'ét\u0301.txt' },
  { sent: '報告書.PDF', safe: '報告書.PDF' },
  { sent: 'हिन्दी.md', safe: 'हिन्दी.md' },
  { sent: 'Re: hello.eml', safe: 'Rehello.eml' },
  { sent: 'Inbox.mbox', safe: 'Inbox.mbox' },
  { sent: 'x.tar.gz', safe: 'x.tar.gz' },
  { sent: '../../etc/passwd', safe: 'passwd' },
  { sent: '/etc/cron.d/job.txt', safe: 'job.txt' },
  { sent: 'C:\\Users\\me\\a.csv', safe: 'a.csv' },
  { sent: '..', safe: 'file' },
  { sent: '...', safe: 'file' },
  { sent: '....txt', safe: 'file.txt' },
  { sent: '.txt', safe: 'file.txt' },
  { sent: '.hidden.txt', safe: 'hidden.txt' },
  { sent: '', safe: 'file' },
  { sent: 'dir/', safe: 'file' },
  { sent: '🎉.zip', safe: 'file.zip' },
  { sent: '❤️.zip', safe: 'file.zip' },
  { sent: 'a\u0000b\r\n.txt', safe: 'ab.txt' },
  { sent: 'invoice\u202Efdp.exe', safe: 'invoicefdp' },
  { sent: 'a\u2067b\u200Bc\u3164.txt', safe: 'abc.txt' },
  { sent: 'x.p\u200Bdf', safe: 'x.pdf' },
  { sent: `${'a'.repeat(300)}.txt`, safe: `${'a'.repeat(196)}.txt` },
  { sent: `${'字'.repeat(100)}.txt`, safe: `${'字'.repeat(65)}.txt` },
])('$sent is stored as $safe', ({ sent, safe }) => {
  expect(safeFileName(sent)).toBe(safe);
});

test('every name becomes one safe path segment, and a safe one stays', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: fc.constantFrom('.', '/', '\\', 'a', '\u202E', 'pdf') }),
      ),
      (sent) => {
        const safe = safeFileName(sent);
        expect(safe).toMatch(/^[\p{L}\p{M}\p{N}_-][\p{L}\p{M}\p{N}._-]*$/u);
        expect(new TextEncoder().encode(safe).length).toBeLessThanOrEqual(200);
        expect(isInnerPath(safe)).toBe(true);
        if (/^[^.]+(\.pdf)?$/.test(safe)) expect(safeFileName(safe)).toBe(safe);
      },
    ),
  );
});

test.each([
  { name: 'a.txt', inner: true },
  { name: 'sub/a b.txt', inner: true },
  { name: '..a', inner: true },
  { name: '', inner: false },
  { name: '..', inner: false },
  { name: '.', inner: false },
  { name: '../a', inner: false },
  { name: 'a/../../b', inner: false },
  { name: 'a/..', inner: false },
  { name: '/etc/passwd', inner: false },
  { name: 'a//b', inner: false },
  { name: 'a/', inner: false },
  { name: '..\\a', inner: false },
  { name: 'a/.. /b', inner: false },
  { name: 'a\u0000.txt', inner: false },
])('"$name" inside a folder: $inner', ({ name, inner }) => {
  expect(isInnerPath(name)).toBe(inner);
});

test('a name is shown without what cannot be seen', () => {
  expect(shownFileName('my \u202Etxt.exe\u0007 (1).pdf')).toBe('my txt.exe (1).pdf');
});

test.each([
  { name: 'mail.eml', type: 'message/rfc822', inline: false },
  { name: 'Inbox.MBOX', type: 'application/mbox', inline: false },
  { name: 'drawing.svg', type: 'image/svg+xml', inline: false },
  { name: 'photo.png', type: 'image/png', inline: true },
  { name: 'unknown', type: 'application/octet-stream', inline: false },
])('$name is $type, shown in place: $inline', ({ name, type, inline }) => {
  expect(contentTypeOf(name)).toBe(type);
  expect(isShownInline(type)).toBe(inline);
});
