import { randomUUID } from 'node:crypto';
import { env } from 'cloudflare:workers';
import { beforeAll, expect, test, vi } from 'vitest';
import { uploadLimits } from '#protocol/file.ts';
import { newUser, send } from '#test/support/workers/accounts.ts';
import { noise, sha256, upload, uploadRaw, type FormPart } from './files-form.ts';

let user: Awaited<ReturnType<typeof newUser>>;
beforeAll(async () => {
  user = await newUser();
});

// Some of these move 50 MiB
vi.setConfig({ testTimeout: 30_000 });

const MiB = 1024 * 1024;
const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const refusal = (error: string) => ({
  success: false,
  file: null,
  error,
  total_files: 0,
  total_size_bytes: 0,
});
const sessionOf = (id: string) => env.CHAT_SESSION.getByName(`${user.username}/${id}`);
const cwd = (value: string): FormPart => ({ name: 'cwd_id', value });
const session = (value: string): FormPart => ({ name: 'session_id', value });
const file = (content: string | AsyncIterable<Uint8Array> = 'text', fileName = 'a.txt'): FormPart => ({
  fileName,
  content,
});

async function sent(parts: readonly FormPart[]) {
  const response = await upload(user.token, parts);
  return [response.status, await response.json()];
}

const keysUnder = async (prefix: string) => (await env.FILES.list({ prefix })).objects.map(({ key }) => key);

/** Everything of the user's that is in R2, and in a session's list. */
async function traces(id: string) {
  const stored = await keysUnder(`users/${user.username}/`);
  return {
    objects: [...stored.filter((key) => key.includes(id)), ...(await keysUnder(`uploads/${user.username}/`))],
    files: await sessionOf(id).listFiles(),
  };
}

test.each([
  { name: 'fields first', order: (id: string) => [cwd(id), file()] },
  { name: 'file first', order: (id: string) => [file(), cwd(id)] },
  { name: 'other fields are ignored', order: (id: string) => [{ name: 'x', value: 'y' }, file(), cwd(id)] },
  { name: 'an empty session id is none', order: (id: string) => [session(''), cwd(id), file()] },
])('a cwd id is enough, before the session has begun: $name', async ({ order }) => {
  const id = randomUUID();
  const stored = {
    safe_name: 'a.txt',
    original_name: 'a.txt',
    file_type: 'input',
    size_bytes: 4,
    content_type: 'text/plain',
    created_at: at,
    session_id: id,
  };
  expect(await sent(order(id))).toEqual([
    200,
    { success: true, error: null, file: stored, total_files: 1, total_size_bytes: 4 },
  ]);
  expect(await traces(id)).toEqual({ objects: [], files: [stored] });
});

test('by session id, as it was sent', async () => {
  const id = randomUUID();
  await sessionOf(id).createSession({ agent_id: null, client_type: 'web' });
  expect(await sent([file(), session(`pending-${id}`)])).toEqual([
    200,
    expect.objectContaining({
      success: true,
      file: expect.objectContaining({ session_id: `pending-${id}` }),
    }),
  ]);
  expect((await traces(id)).files).toHaveLength(1);
});

test('the cwd id counts more than the session id', async () => {
  const id = randomUUID();
  const other = randomUUID();
  expect(await sent([session(other), file(noise(9 * MiB)), cwd(id)])).toEqual([404, expect.anything()]);
  expect(await sent([session(other), cwd(id), file()])).toEqual([
    200,
    expect.objectContaining({ success: true, file: expect.objectContaining({ session_id: other }) }),
  ]);
  expect([(await traces(id)).files?.length, await traces(other)]).toEqual([1, { objects: [], files: null }]);
});

test.each([
  { name: 'before the file', order: (id: string) => [session(id), file(noise(9 * MiB))] },
  { name: 'after it', order: (id: string) => [file(noise(9 * MiB)), session(id)] },
])('a session that does not exist, named $name', async ({ order }) => {
  const id = randomUUID();
  const message = `Session '${id}' not found`;
  expect(await sent(order(id))).toEqual([404, { message, detail: message, session_id: id }]);
  expect(await traces(id)).toEqual({ objects: [], files: null });
});

test('a name is made safe, shown as it was, and never taken twice', async () => {
  const id = randomUUID();
  const names = [];
  for (const name of [
    'hé llo (1).txt',
    '../../../etc/passwd',
    'C:\\x\\passwd',
    'passwd',
    'a.exe',
    '.env',
    'x\u202Efdp.png',
  ]) {
    const response = await upload(user.token, [cwd(id), file('x', name)]);
    const { file: stored } = await response.json<{ file: Record<string, unknown> }>();
    names.push([stored['safe_name'], stored['original_name'], stored['content_type']]);
  }
  expect(names).toEqual([
    ['héllo1.txt', 'hé llo (1).txt', 'text/plain'],
    ['passwd', '../../../etc/passwd', 'application/octet-stream'],
    ['passwd_1', 'C:\\x\\passwd', 'application/octet-stream'],
    ['passwd_2', 'passwd', 'application/octet-stream'],
    ['a', 'a.exe', 'application/octet-stream'],
    ['file', '.env', 'application/octet-stream'],
    ['xfdp.png', 'xfdp.png', 'image/png'],
  ]);
});

const missing = { detail: [{ type: 'missing', loc: ['body', 'file'], msg: 'Field required' }] };

test.each([
  { name: 'no id', parts: [file()], expected: [200, refusal('Either session_id or cwd_id is required')] },
  { name: 'no file', parts: [cwd('c-1')], expected: [422, missing] },
  { name: 'no parts', parts: [], expected: [422, missing] },
  { name: 'no file chosen', parts: [cwd('c-1'), file('', '')], expected: [422, missing] },
  {
    name: 'file as a plain field',
    parts: [cwd('c-1'), { name: 'file', value: 'x' }],
    expected: [422, missing],
  },
  {
    name: 'two files',
    parts: [cwd('c-1'), file(noise(2 * MiB)), file()],
    expected: [
      422,
      { detail: [{ type: 'too_many_files', loc: ['body', 'file'], msg: 'Send one file in a request' }] },
    ],
  },
  ...['../other', 'a/b', '..', 'a'.repeat(129), 'a b', 'a\u0000'].flatMap((id) =>
    (['cwd_id', 'session_id'] as const).map((name) => ({
      name: `${name} ${JSON.stringify(id)}`,
      parts: [file(), { name, value: id }],
      expected: [422, { detail: [{ type: 'invalid_format', loc: ['body', name], msg: 'not a session id' }] }],
    })),
  ),
  {
    name: 'an endless id',
    parts: [file(noise(2 * MiB)), cwd('a'.repeat(5000))],
    expected: [
      422,
      {
        detail: [
          {
            type: 'form_invalid',
            loc: ['body'],
            msg: 'The form cannot be read: a field of the form is longer than 1024 bytes',
          },
        ],
      },
    ],
  },
])('refused: $name', async ({ parts, expected }) => {
  expect(await sent(parts)).toEqual(expected);
  expect(await traces('c-1')).toEqual({ objects: [], files: null });
});

const form = (text: string) => ({ body: text, contentType: 'multipart/form-data; boundary=B' });

test.each([
  { name: 'JSON', sent: { body: '{}', contentType: 'application/json' }, type: 'missing' },
  { name: 'no boundary', sent: { body: '--B--', contentType: 'multipart/form-data' }, type: 'missing' },
  { name: 'empty', sent: form(''), type: 'form_invalid' },
  { name: 'no form', sent: form('hello'), type: 'form_invalid' },
  {
    name: 'cut in the middle of a file',
    sent: form(
      `--B\r\nContent-Disposition: form-data; name="cwd_id"\r\n\r\nc-2\r\n--B\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n${'x'.repeat(9 * MiB)}`,
    ),
    type: 'form_invalid',
  },
])('a body that is no form: $name', async ({ sent, type }) => {
  const response = await uploadRaw(user.token, sent);
  const { detail } = await response.json<{ detail: { type: string }[] }>();
  expect([response.status, detail.map((reason) => reason.type)]).toEqual([422, [type]]);
  expect(await traces('c-2')).toEqual({ objects: [], files: null });
});

test.each([
  { name: 'empty', size: 0, objects: 0 },
  { name: 'small: in the session', size: MiB, objects: 0 },
  { name: 'one object', size: MiB + 1, objects: 1 },
  { name: 'a whole part', size: 8 * MiB, objects: 1 },
  { name: 'several parts', size: 17 * MiB + 7, objects: 1 },
])('$name ($size bytes) comes back as it went, whichever order the form has', async ({ size, objects }) => {
  for (const order of ['file first', 'file last']) {
    const id = randomUUID();
    const parts = [file(noise(size), 'a.bin'), cwd(id)];
    const [, result] = await sent(order === 'file first' ? parts : parts.reverse());
    expect(result).toMatchObject({ success: true, total_size_bytes: size });
    expect((await traces(id)).objects).toEqual(
      Array.from({ length: objects }, () => expect.stringContaining(`users/${user.username}/files/${id}/`)),
    );
    const back = await send('GET', `/api/v1/files/${id}/download/input/a`, { token: user.token });
    expect(await sha256(back.body ?? noise(0))).toBe(await sha256(noise(size)));
  }
});

test('a file that comes before its fields waits where one rule can clean up after all users', async () => {
  const id = randomUUID();
  let waiting: string[] = [];
  // A form may hold a file that was not chosen; this one is sent only once the file before it is stored
  async function* notChosen() {
    await expect.poll(async () => (waiting = await keysUnder('uploads/'))).not.toEqual([]);
    yield new Uint8Array();
  }
  const [, result] = await sent([file(noise(2 * MiB)), file(notChosen(), ''), cwd(id)]);
  expect(result).toMatchObject({ success: true });
  expect(waiting).toEqual([expect.stringContaining(`uploads/${user.username}/`)]);
  expect(await keysUnder('uploads/')).toEqual([]);
});

test('a file may have 50 MiB', async () => {
  const id = randomUUID();
  const [, result] = await sent([file(noise(uploadLimits.fileBytes)), cwd(id)]);
  expect(result).toMatchObject({ success: true, total_size_bytes: 50 * MiB });
});

test.each(['file first', 'file last'])(
  'one byte too many is refused while it streams: %s',
  { timeout: 30_000 },
  async (order) => {
    const id = randomUUID();
    const parts = [file(noise(uploadLimits.fileBytes + 1), 'big.zip'), cwd(id)];
    expect(await sent(order === 'file first' ? parts : parts.reverse())).toEqual([
      200,
      refusal('File size exceeds maximum allowed size of 52428800 bytes'),
    ]);
    expect(await traces(id)).toEqual({ objects: [], files: null });
  },
);

test('a session takes 100 files', async () => {
  const id = randomUUID();
  const source = { kind: 'inline' as const, bytes: new Uint8Array(1) };
  for (let count = 0; count < 99; count += 1)
    await sessionOf(id).commitUpload({ originalName: 'a.txt', source });
  expect(await sent([cwd(id), file()])).toEqual([
    200,
    expect.objectContaining({ success: true, total_files: 100 }),
  ]);
  for (const parts of [
    [cwd(id), file()],
    [file(noise(2 * MiB)), cwd(id)],
  ]) {
    expect(await sent(parts)).toEqual([200, refusal('Session has reached the maximum of 100 files')]);
  }
  const { objects, files } = await traces(id);
  expect([objects, files?.length]).toEqual([[], 100]);
});

test('however many uploads end at once, 100 are taken, and nothing stays of the others', async () => {
  const id = randomUUID();
  const key = (index: number) => `users/${user.username}/files/${id}/${index}`;
  await Promise.all(Array.from({ length: 110 }, (_, index) => env.FILES.put(key(index), 'x')));
  const results = await Promise.all(
    Array.from({ length: 110 }, (_, index) =>
      sessionOf(id).commitUpload({
        originalName: 'a.txt',
        source: { kind: 'r2', key: key(index), size: 1 },
      }),
    ),
  );
  const refused = { ok: false, problem: 'Session has reached the maximum of 100 files' };
  expect(results.filter(({ ok }) => !ok)).toEqual(Array.from({ length: 10 }, () => refused));
  const { objects, files } = await traces(id);
  expect([objects.length, files?.length]).toEqual([100, 100]);
});

test('a session takes 500 MiB', async () => {
  const id = randomUUID();
  const key = `users/${user.username}/files/${id}/pretended`;
  const source = { kind: 'r2' as const, key, size: uploadLimits.sessionBytes - 2 * MiB };
  await sessionOf(id).commitUpload({ originalName: 'large.zip', source });
  for (const order of ['file first', 'file last']) {
    const parts = [file(noise(2 * MiB + 1)), cwd(id)];
    expect(await sent(order === 'file first' ? parts : parts.reverse())).toEqual([
      200,
      refusal('Session files exceed the maximum total size of 524288000 bytes'),
    ]);
  }
  expect((await traces(id)).objects).toEqual([]);
  expect(await sent([file(noise(2 * MiB)), cwd(id)])).toEqual([
    200,
    expect.objectContaining({ success: true }),
  ]);
  expect(await sent([cwd(id), file()])).toEqual([
    200,
    refusal('Session files exceed the maximum total size of 524288000 bytes'),
  ]);
});
