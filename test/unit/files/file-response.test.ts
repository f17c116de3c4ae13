import { expect, test } from 'vitest';
import { contentDisposition, fileResponse } from '#files/file-response.ts';

const content = new TextEncoder().encode('0123456789');

const answer = async (name: string, headers: Record<string, string> = {}, bytes = content) => {
  const response = await fileResponse(
    {
      name,
      size: bytes.length,
      version: 'v1',
      modifiedAt: Date.parse('2026-10-05T10:00:00.500Z'),
      read: async ({ offset, length }) => bytes.slice(offset, offset + length),
    },
    new Headers(headers),
  );
  if (response === null) throw new Error('gone');
  return {
    status: response.status,
    body: await response.text(),
    headers: Object.fromEntries(response.headers),
  };
};

const always = {
  etag: '"v1"',
  'last-modified': 'Mon, 05 Oct 2026 10:00:00 GMT',
  'accept-ranges': 'bytes',
  'cache-control': 'private, no-cache',
  'x-content-type-options': 'nosniff',
};

test('a whole picture, in place', async () => {
  expect(await answer('a.png')).toEqual({
    status: 200,
    body: '0123456789',
    headers: {
      ...always,
      'content-type': 'image/png',
      'content-length': '10',
      'content-disposition': 'inline; filename="a.png"',
    },
  });
});

test.each(['a.html', 'a.svg', 'a.SVG', 'a.js', 'a.pdf', 'a.txt', 'a', 'a.constructor'])(
  '%s is never shown in place',
  async (name) => {
    const { headers } = await answer(name);
    expect([headers['content-disposition'], headers['content-security-policy']]).toEqual([
      `attachment; filename="${name}"`,
      "sandbox; default-src 'none'",
    ]);
  },
);

test.each([
  { range: 'bytes=0-3', status: 206, body: '0123', said: 'bytes 0-3/10' },
  { range: 'bytes=4-', status: 206, body: '456789', said: 'bytes 4-9/10' },
  { range: 'bytes=-3', status: 206, body: '789', said: 'bytes 7-9/10' },
  { range: 'bytes=-30', status: 206, body: '0123456789', said: 'bytes 0-9/10' },
  { range: 'bytes=8-99', status: 206, body: '89', said: 'bytes 8-9/10' },
  { range: 'bytes=9-9', status: 206, body: '9', said: 'bytes 9-9/10' },
  { range: 'bytes=10-', status: 416, body: '', said: 'bytes */10' },
  { range: 'bytes=99999999999999999999-', status: 416, body: '', said: 'bytes */10' },
  { range: 'bytes=-0', status: 416, body: '', said: 'bytes */10' },
  { range: 'bytes=3-1', status: 200, body: '0123456789', said: undefined },
  { range: 'bytes=-', status: 200, body: '0123456789', said: undefined },
  { range: 'bytes=0-1,3-4', status: 200, body: '0123456789', said: undefined },
  { range: 'items=0-1', status: 200, body: '0123456789', said: undefined },
])('Range: $range', async ({ range, status, body, said }) => {
  const got = await answer('a.png', { Range: range });
  expect([got.status, got.body, got.headers['content-range']]).toEqual([status, body, said]);
});

test('an empty file', async () => {
  const empty = new Uint8Array(0);
  expect((await answer('a.png', {}, empty)).status).toBe(200);
  expect((await answer('a.png', { Range: 'bytes=0-' }, empty)).status).toBe(416);
});

test.each([
  { headers: { 'If-None-Match': '"v1"' }, status: 304 },
  { headers: { 'If-None-Match': 'W/"v1"' }, status: 304 },
  { headers: { 'If-None-Match': '"v0", "v1"' }, status: 304 },
  { headers: { 'If-None-Match': '*' }, status: 304 },
  { headers: { 'If-None-Match': '"v0"', 'If-Modified-Since': 'Mon, 05 Oct 2026 10:00:00 GMT' }, status: 200 },
  { headers: { 'If-Modified-Since': 'Mon, 05 Oct 2026 10:00:00 GMT' }, status: 304 },
  { headers: { 'If-Modified-Since': 'Mon, 05 Oct 2026 09:59:59 GMT' }, status: 200 },
  { headers: { 'If-Modified-Since': 'yesterday' }, status: 200 },
  { headers: { 'If-Range': '"v1"', Range: 'bytes=0-0' }, status: 206 },
  { headers: { 'If-Range': '"v0"', Range: 'bytes=0-0' }, status: 200 },
])('$headers is answered by $status', async ({ headers, status }) => {
  expect((await answer('a.png', { ...headers })).status).toBe(status);
});

test.each([
  { path: 'a.txt', header: 'attachment; filename="a.txt"' },
  { path: 'sub/dir/a.txt', header: 'attachment; filename="a.txt"' },
  {
    path: 'naïve 報.txt',
    header: `attachment; filename="na_ve _.txt"; filename*=UTF-8''na%C3%AFve%20%E5%A0%B1.txt`,
  },
  {
    path: `a"b'c\\(1)%.txt`,
    header: `attachment; filename="a_b'c_(1)_.txt"; filename*=UTF-8''a%22b%27c%5C%281%29%25.txt`,
  },
  { path: 'a\r\nSet-Cookie: x', header: 'attachment; filename="aSet-Cookie: x"' },
  { path: 'a\u202Efdp.exe', header: 'attachment; filename="afdp.exe"' },
  { path: 'a\uD800.txt', header: 'attachment; filename="a.txt"' },
])('the name of $path in a header', ({ path, header }) => {
  expect(contentDisposition('attachment', path)).toBe(header);
});
