import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTranscriber, type Recording } from '#media/transcribe.ts';
import { Settings } from '#protocol/settings.ts';
import { recording, spoken, startFakeStt } from '#test/support/fake-stt.ts';

let engine: Awaited<ReturnType<typeof startFakeStt>>;
beforeAll(async () => (engine = await startFakeStt()));
afterAll(() => engine.close());

type Vars = Readonly<Record<string, string>>;
const logged: unknown[] = [];
const log = { info: () => {}, error: () => {}, warn: (...entry: unknown[]) => void logged.push(entry) };

async function transcribe(
  bytes: Uint8Array<ArrayBuffer>,
  vars: Vars = {},
  { signal = AbortSignal.timeout(5000), ...rest }: Partial<Recording> & { signal?: AbortSignal } = {},
) {
  const deps = { fetch: (...call: Parameters<typeof fetch>) => fetch(...call), log };
  const settings = Settings.parse({ STT_API_URL: engine.url, ...vars });
  const transcriber = createTranscriber(settings, deps);
  return transcriber?.transcribe(
    {
      fileName: 'voice.ogg',
      size: bytes.length,
      read: async () => new Blob([bytes], { type: 'audio/ogg' }),
      ...rest,
    },
    signal,
  );
}

const soon = { 'retry-after': '0' };

test('without an engine nobody listens', async () => {
  expect(createTranscriber(Settings.parse({ STT_API_URL: ' ' }), { fetch, log })).toBeNull();
});

test('the engine gets the recording as OpenAI wants it, and its answer is read', async () => {
  const bytes = spoken(' How tall is it? ');
  const vars = { STT_API_KEY: 'key', STT_MODEL: 'large', STT_LANGUAGE: 'en' };
  expect(await transcribe(bytes, vars)).toEqual({
    ok: true,
    value: { text: 'How tall is it?', language: 'english', durationMs: 1500 },
  });
  const { headers, ...asked } = engine.asked.at(-1) ?? {};
  expect(asked).toEqual({
    fields: { model: 'large', response_format: 'verbose_json', language: 'en' },
    file: { name: 'voice.ogg', type: 'audio/ogg', text: new TextDecoder().decode(bytes) },
  });
  expect(headers?.['authorization']).toBe('Bearer key');
});

test('a server of one’s own needs no key, and its address may end in /v1', async () => {
  expect((await transcribe(spoken('one'), { STT_API_URL: `${engine.url}/v1/` }))?.ok).toBe(true);
  const { headers, fields } = engine.asked.at(-1) ?? {};
  expect(headers?.['authorization']).toBeUndefined();
  expect(fields).toEqual({ model: 'whisper-1', response_format: 'verbose_json' });
});

test('models that know no other format are asked for plain JSON', async () => {
  expect(
    await transcribe(recording({ body: { text: 'two' } }), { STT_MODEL: 'gpt-4o-mini-transcribe' }),
  ).toEqual({ ok: true, value: { text: 'two', language: null, durationMs: null } });
  expect(engine.asked.at(-1)?.fields['response_format']).toBe('json');
});

test.each(['PTT.opus', 'voice.OGA'])('%s goes as .ogg', async (fileName) => {
  expect((await transcribe(spoken(fileName), {}, { fileName }))?.ok).toBe(true);
});

test.each([
  { name: 'a duration as text', body: { text: 'a', duration: '2.5' }, durationMs: 2500 },
  { name: 'no duration', body: { text: 'b', duration: null }, durationMs: null },
  { name: 'a senseless duration', body: { text: 'c', duration: 'long' }, durationMs: null },
])('$name', async ({ body, durationMs }) => {
  expect(await transcribe(recording({ body }))).toMatchObject({ ok: true, value: { durationMs } });
});

const busy = 'the speech service has too much to do; send it again in a minute';
const broken = 'the speech service has a problem of its own; send it again later';
const notSo = 'the speech service did not answer as it should';

test.each([
  { name: 'busy', answers: [{ status: 429, headers: soon }], tries: 2, problem: busy },
  {
    name: 'busy for long',
    answers: [{ status: 429, headers: { 'retry-after': '60' } }],
    tries: 1,
    problem: busy,
  },
  { name: 'broken', answers: [{ status: 503, headers: soon }], tries: 2, problem: broken },
  {
    name: 'a wrong key',
    answers: [{ status: 401, body: 'the key sk-1 is wrong' }],
    tries: 1,
    problem: 'the speech service refused the key of this server',
  },
  {
    name: 'a format it cannot read',
    answers: [{ status: 400 }],
    tries: 1,
    problem: 'the speech service cannot read this recording',
  },
  {
    name: 'too large',
    answers: [{ status: 413 }],
    tries: 1,
    problem: 'it is too large for the speech service',
  },
  {
    name: 'no such model',
    answers: [{ status: 404 }],
    tries: 1,
    problem: 'the speech service is not set up right',
  },
  {
    name: 'a redirect',
    answers: [{ status: 307, headers: { location: '/elsewhere' } }],
    tries: 1,
    problem: 'the speech service is not set up right',
  },
  {
    name: 'a cut',
    answers: [{ cut: true }],
    tries: 1,
    problem: 'the speech service cannot be reached right now',
  },
  { name: 'no JSON', answers: [{ body: '<html>' }], tries: 1, problem: notSo },
  { name: 'other JSON', answers: [{ body: { words: 'x' } }], tries: 1, problem: notSo },
])('$name: $problem', async ({ name, answers, tries, problem }) => {
  const bytes = new TextEncoder().encode(JSON.stringify(answers) + ' '.repeat(name.length));
  expect(await transcribe(bytes)).toEqual({ ok: false, problem });
  const text = new TextDecoder().decode(bytes);
  expect(engine.asked.filter(({ file }) => file.text === text)).toHaveLength(tries);
  expect(JSON.stringify(logged)).not.toContain('sk-1');
});

test('an engine that is there at the second try is enough', async () => {
  const later = recording({ status: 502, headers: soon }, { body: { text: 'awake' } });
  expect(await transcribe(later)).toMatchObject({ ok: true, value: { text: 'awake' } });
});

test('who is not willing to wait is told so', async () => {
  const slow = recording({ delayMs: 2000, body: { text: 'late' } });
  expect(await transcribe(slow, {}, { signal: AbortSignal.timeout(50) })).toEqual({
    ok: false,
    problem: 'the speech service took too long',
  });
});

test('what is too large is not even read', async () => {
  const read = () => Promise.reject(new Error('was read'));
  expect(await transcribe(spoken(''), {}, { read, size: 25 * 1024 * 1024 + 1 })).toEqual({
    ok: false,
    problem: 'it is larger than 25 MB',
  });
});
