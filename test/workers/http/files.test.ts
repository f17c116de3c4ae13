import { randomUUID } from 'node:crypto';
import { env, exports } from 'cloudflare:workers';
import { beforeAll, describe, expect, test } from 'vitest';
import { fileSigningKey } from '#accounts/keys.ts';
import { signLink } from '#files/signed-link.ts';
import { Settings } from '#protocol/settings.ts';
import { newUser, origin, send, sendBare } from '#test/support/workers/accounts.ts';
import { noise, upload } from './files-form.ts';

type Person = Awaited<ReturnType<typeof newUser>>;
let user: Person;
let stranger: Person;
beforeAll(async () => {
  user = await newUser();
  stranger = await newUser();
});

const MiB = 1024 * 1024;
const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const answer = async (response: Response) => [response.status, await response.json()];
const get = (path: string, headers: Record<string, string> = {}, who = user) =>
  send('GET', `/api/v1/files/${path}`, { token: who.token, headers });
const remove = (id: string, body: unknown, who = user) =>
  send('DELETE', `/api/v1/files/${id}/delete`, { token: who.token, body });

/** A session of the user's with these files in `input/`, oldest first. */
async function sessionWith(files: Record<string, string>): Promise<string> {
  const id = randomUUID();
  for (const [fileName, content] of Object.entries(files)) {
    await upload(user.token, [
      { name: 'cwd_id', value: id },
      { fileName, content },
    ]);
  }
  return id;
}

const notFound = (id: string) => {
  const message = `Session '${id}' not found`;
  return [404, { message, detail: message, session_id: id }];
};
const stored = (id: string, name: string, size: number, type = 'text/plain') => ({
  safe_name: name,
  original_name: name,
  file_type: 'input',
  size_bytes: size,
  content_type: type,
  created_at: at,
  session_id: id,
});

describe('list', () => {
  test('both folders or one, last changed first', async () => {
    const id = await sessionWith({ 'a.txt': 'aaaa', 'b.webm': 'bb' });
    const files = [stored(id, 'b.webm', 2, 'audio/webm'), stored(id, 'a.txt', 4)];
    for (const query of ['', '?file_type=input']) {
      const list = { session_id: id, files, total_files: 2, total_size_bytes: 6 };
      expect(await answer(await get(`${id}/list${query}`))).toEqual([200, list]);
    }
    const none = { session_id: id, files: [], total_files: 0, total_size_bytes: 0 };
    expect(await answer(await get(`${id}/list?file_type=output`))).toEqual([200, none]);
  });

  test('under the id that was asked for', async () => {
    const id = await sessionWith({ 'a.txt': 'aaaa' });
    const list = {
      session_id: `pending-${id}`,
      files: [stored(id, 'a.txt', 4)],
      total_files: 1,
      total_size_bytes: 4,
    };
    expect(await answer(await get(`pending-${id}/list`))).toEqual([200, list]);
  });

  test('a folder of another name', async () => {
    const id = await sessionWith({ 'a.txt': 'aaaa' });
    expect((await get(`${id}/list?file_type=secret`)).status).toBe(422);
  });
});

describe('download', () => {
  test('with all its headers', async () => {
    const id = await sessionWith({ 'naïve.html': '<script>' });
    const response = await get(`${id}/download/input/${encodeURIComponent('naïve.html')}`);
    const { etag, 'last-modified': modified, ...headers } = Object.fromEntries(response.headers);
    expect([response.status, await response.text(), etag]).toEqual([
      200,
      '<script>',
      expect.stringMatching(/^"[0-9a-f]{32}"$/),
    ]);
    expect(Math.abs(Date.now() - Date.parse(modified ?? ''))).toBeLessThan(60_000);
    expect(headers).toMatchObject({
      'content-type': 'text/html',
      'content-length': '8',
      'content-disposition': `attachment; filename="na_ve.html"; filename*=UTF-8''na%C3%AFve.html`,
      'content-security-policy': "sandbox; default-src 'none'",
      'x-content-type-options': 'nosniff',
      'accept-ranges': 'bytes',
      'cache-control': 'private, no-cache',
    });
  });

  test.each([
    { name: 'in the session', size: 100_000 },
    { name: 'in R2', size: 3 * MiB },
  ])('a range, and nothing when it is known already: $name', async ({ size }) => {
    const id = randomUUID();
    await upload(user.token, [
      { name: 'cwd_id', value: id },
      { fileName: 'a.mp4', content: noise(size) },
    ]);
    const path = `${id}/download/input/a.mp4`;
    const whole = await get(path);
    const bytes = new Uint8Array(await whole.arrayBuffer());
    const etag = whole.headers.get('etag') ?? '';

    const part = await get(path, { Range: 'bytes=70000-70009' });
    expect([part.status, part.headers.get('content-range'), part.headers.get('content-length')]).toEqual([
      206,
      `bytes 70000-70009/${size}`,
      '10',
    ]);
    expect(new Uint8Array(await part.arrayBuffer())).toEqual(bytes.slice(70_000, 70_010));
    expect((await get(path, { Range: `bytes=${size}-` })).status).toBe(416);
    expect((await get(path, { 'If-None-Match': etag })).status).toBe(304);
    expect((await get(path, { 'If-None-Match': '"x"' })).status).toBe(200);
  });

  test('of a picture is shown in place', async () => {
    const id = await sessionWith({ 'a.png': 'x' });
    const { headers } = await get(`${id}/download/input/a.png`);
    expect([headers.get('content-type'), headers.get('content-disposition')]).toEqual([
      'image/png',
      'inline; filename="a.png"',
    ]);
  });

  test('a file that is not there', async () => {
    const id = await sessionWith({ 'a.txt': 'x' });
    const message = "File 'b.txt' not found in input directory";
    expect(await answer(await get(`${id}/download/input/b.txt`))).toEqual([
      404,
      { message, detail: message, details: {} },
    ]);
  });

  test.each([
    '..%2Finput%2Fa.txt',
    '%2E%2E%2Finput%2Fa.txt',
    '..%5Cinput%5Ca.txt',
    '%2Fworkspace%2Finput%2Fa.txt',
    '.%2Fa.txt',
    'x%2F..%2Fa.txt',
    'a.txt%00',
    '%2E%2E%2F%2E%2E%2F',
  ])('cannot leave its folder: %s', async (name) => {
    const id = await sessionWith({ 'a.txt': 'x' });
    for (const folder of ['input', 'output'])
      expect((await get(`${id}/download/${folder}/${name}`)).status).toBe(404);
  });

  test('only in the two folders', async () => {
    const id = await sessionWith({ 'a.txt': 'x' });
    expect((await get(`${id}/download/secret/a.txt`)).status).toBe(422);
  });
});

describe('delete', () => {
  test('once', async () => {
    const id = await sessionWith({ 'a.txt': 'x', 'b.txt': 'y' });
    const request = { safe_name: 'a.txt', file_type: 'input' };
    expect(await answer(await remove(id, request))).toEqual([
      200,
      { success: true, error: null, remaining_files: 1 },
    ]);
    const error = "File 'a.txt' not found or already deleted";
    expect(await answer(await remove(id, request))).toEqual([
      200,
      { success: false, error, remaining_files: 0 },
    ]);
    expect((await get(`${id}/download/input/a.txt`)).status).toBe(404);
    expect((await get(`${id}/download/input/b.txt`)).status).toBe(200);
  });

  test.each(['../input/a.txt', '/workspace/input/a.txt', 'C:\\a.txt', '', '.', '..', 'sub/../a.txt'])(
    'cannot leave its folder: "%s"',
    async (safe_name) => {
      const id = await sessionWith({ 'a.txt': 'x' });
      for (const file_type of ['input', 'output']) {
        const error = `File '${safe_name}' not found or already deleted`;
        expect(await answer(await remove(id, { safe_name, file_type }))).toEqual([
          200,
          { success: false, error, remaining_files: 0 },
        ]);
      }
      expect((await get(`${id}/download/input/a.txt`)).status).toBe(200);
    },
  );

  test.each([
    {},
    { safe_name: 'a.txt' },
    { safe_name: 'a.txt', file_type: 'secret' },
    { safe_name: 5, file_type: 'input' },
  ])('a request that does not fit: %j', async (request) => {
    expect((await remove(await sessionWith({ 'a.txt': 'x' }), request)).status).toBe(422);
  });
});

describe('by signed link', () => {
  const link = async (id: string, path: string, change: object = {}) => {
    const key = await fileSigningKey(Settings.parse(env));
    if (key === null) throw new Error('API_KEY is missing');
    const x = Math.floor(Date.now() / 1000) + 60;
    const token = await signLink(
      { u: user.username, c: id, p: `${id}/${path}`, x, n: 'a1b2c3', ...change },
      key,
    );
    return sendBare('GET', `/api/v1/files/dl/${token}`);
  };

  test('needs no key and no user, and works again and in parts', async () => {
    const id = await sessionWith({ 'a.svg': '<svg/>' });
    for (const _ of [1, 2]) {
      const response = await link(id, 'input/a.svg');
      expect([response.status, await response.text()]).toEqual([200, '<svg/>']);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-disposition': 'attachment; filename="a.svg"',
        'x-content-type-options': 'nosniff',
      });
    }
  });

  test.each([
    { name: 'expired', path: 'input/a.txt', change: { x: Math.floor(Date.now() / 1000) - 1 } },
    { name: 'no such file', path: 'input/b.txt' },
    { name: 'a folder', path: 'input' },
    { name: 'nothing', path: '' },
    { name: 'a way up', path: '../input/a.txt' },
    { name: 'a way round', path: 'output/../input/a.txt' },
    { name: 'no such user', path: 'input/a.txt', change: { u: 'nobody' } },
    { name: 'no such session', path: 'input/a.txt', change: { c: 'other', p: 'other/input/a.txt' } },
  ])('404: $name', async ({ path, change }) => {
    const id = await sessionWith({ 'a.txt': 'x' });
    expect(await answer(await link(id, path, change))).toEqual([404, { detail: 'Not found' }]);
  });

  test.each(['x', 'x.y', `e30.${'0'.repeat(64)}`])('404: the token %s', async (token) => {
    expect(await answer(await sendBare('GET', `/api/v1/files/dl/${token}`))).toEqual([
      404,
      { detail: 'Not found' },
    ]);
  });
});

describe('another user', () => {
  test('sees nothing of it, and changes nothing', async () => {
    const id = await sessionWith({ 'a.txt': 'mine' });
    expect(await answer(await get(`${id}/list`, {}, stranger))).toEqual(notFound(id));
    expect(await answer(await get(`${id}/download/input/a.txt`, {}, stranger))).toEqual(notFound(id));
    expect(await answer(await remove(id, { safe_name: 'a.txt', file_type: 'input' }, stranger))).toEqual(
      notFound(id),
    );

    // The same id names another workspace for another user
    await upload(stranger.token, [
      { name: 'cwd_id', value: id },
      { fileName: 'a.txt', content: 'theirs' },
    ]);
    expect(await (await get(`${id}/download/input/a.txt`)).text()).toBe('mine');
    expect(await (await get(`${id}/download/input/a.txt`, {}, stranger)).text()).toBe('theirs');
  });

  test.each(['../x', '..%2F..%2Fother', '%2E%2E', 'a%2Fb', 'a.b'])('no route takes the id %s', async (id) => {
    const statuses = await Promise.all([
      get(`${id}/list`),
      get(`${id}/download/input/a.txt`),
      remove(id, { safe_name: 'a.txt', file_type: 'input' }),
    ]);
    expect(statuses.map(({ status }) => status)).toEqual([404, 404, 404]);
  });
});

test.each([
  { method: 'GET', path: 's/list' },
  { method: 'GET', path: 's/download/input/a.txt' },
  { method: 'DELETE', path: 's/delete' },
  { method: 'POST', path: 'upload' },
])('$method $path needs a key and a user', async ({ method, path }) => {
  expect((await sendBare(method, `/api/v1/files/${path}`)).status).toBe(401);
  expect((await send(method, `/api/v1/files/${path}`)).status).toBe(401);
});

test('who watches the session hears of files that come and go', async () => {
  const response = await exports.default.fetch(`${origin}/api/v1/ws/chat?token=${user.token}`, {
    headers: { Upgrade: 'websocket' },
  });
  const socket = response.webSocket;
  if (!socket) throw new Error(`no socket: ${response.status}`);
  const events: Record<string, unknown>[] = [];
  socket.addEventListener('message', ({ data }) => {
    events.push(JSON.parse(String(data)));
  });
  socket.accept();
  await expect.poll(() => events.length).toBe(1);
  const id = String(events[0]?.['cwd_id']);

  await upload(user.token, [
    { name: 'cwd_id', value: id },
    { fileName: 'my a.txt', content: 'x' },
  ]);
  await remove(id, { safe_name: 'mya.txt', file_type: 'input' });
  await expect
    .poll(() => events.slice(1))
    .toEqual([
      { type: 'file_uploaded', file: { ...stored(id, 'mya.txt', 1), original_name: 'my a.txt' } },
      { type: 'file_deleted', safe_name: 'mya.txt', file_type: 'input' },
    ]);
  socket.close();
});

test('the document of the routes names those of files, and the form of an upload', async () => {
  const document = await (await send('GET', '/openapi.json')).json<{ paths: Record<string, object> }>();
  const files = Object.entries(document.paths).filter(([path]) => path.startsWith('/api/v1/files/'));
  expect(Object.fromEntries(files.map(([path, methods]) => [path, Object.keys(methods)]))).toEqual({
    '/api/v1/files/dl/{token}': ['get'],
    '/api/v1/files/upload': ['post'],
    '/api/v1/files/{session_id}/delete': ['delete'],
    '/api/v1/files/{session_id}/download/{file_type}/{safe_name}': ['get'],
    '/api/v1/files/{session_id}/list': ['get'],
  });
});
