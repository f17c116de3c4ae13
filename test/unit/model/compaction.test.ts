import { afterEach, beforeEach, expect, test } from 'vitest';
import { summarise } from '#agent/compact.ts';
import { createModel } from '#model/create-model.ts';
import { liveModelDeps } from '#model/model-deps.ts';
import { Settings } from '#protocol/settings.ts';
import {
  startFakeMessagesApi,
  textAnswer,
  type FakeAnswer,
  type FakeMessagesApi,
  type FakeRequest,
} from '#test/support/fake-messages-api.ts';
import { ask, collect, never } from './harness.ts';
import { silentLog } from '#test/support/silent-log.ts';

let api: FakeMessagesApi;
beforeEach(async () => {
  api = await startFakeMessagesApi();
});
afterEach(() => api.close());

const modelWith = (settings: Record<string, string>) =>
  createModel(Settings.parse(settings), { ...liveModelDeps, log: silentLog, sleep: async () => {} });
const claude = () =>
  modelWith({ MODEL_PROVIDER: 'claude', ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: api.url });

const request = ask('Hi', { tools: [{ name: 'Read', description: 'Read', input_schema: {} }] });

/** As the API bills it: nothing in the totals, all of it in an iteration of its own. */
const billed = {
  input_tokens: 0,
  output_tokens: 0,
  iterations: [
    { type: 'message', input_tokens: 7, output_tokens: 7 },
    {
      type: 'compaction',
      input_tokens: 1_000,
      output_tokens: 200,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 100_000,
    },
  ],
};
const summary: FakeAnswer = {
  blocks: [{ summary: 'THE SUMMARY' }],
  model: 'claude-sonnet-5-5',
  usage: billed,
};

const isCompaction = ({ raw }: FakeRequest) => raw.includes('"compaction":');

const summarised = (model = claude()) =>
  summarise(model, { request, messages: request.messages, transcript: () => '', instructions: '' }, never());

test('the API is asked for its own summary of the very request of a turn, and its words are what counts', async () => {
  api.enqueue(textAnswer('Hello'), summary);
  const model = claude();
  await collect(model.stream(request, never()));
  expect(await summarised(model)).toEqual({
    ok: true,
    value: {
      text: 'THE SUMMARY',
      model: 'claude-sonnet-5-5',
      usage: {
        input_tokens: 1_000,
        output_tokens: 200,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 100_000,
      },
      cost: (1_000 * 2 + 200 * 10 + 100_000 * 0.1) / 1e6,
    },
  });
  const [turn, asked] = api.requests;
  expect(asked?.headers['anthropic-beta']).toBe('compact-2026-09-04');
  expect(turn?.headers['anthropic-beta']).toBeUndefined();
  expect(asked?.raw.startsWith(turn?.raw.slice(0, -1) ?? '?')).toBe(true);
  expect(asked?.body).toMatchObject({
    compaction: { type: 'summarize', instructions: expect.stringContaining('Call no tool') },
  });
});

test.each<{ name: string; first: FakeAnswer; cost: number }>([
  {
    name: 'refused, as by a model that has none',
    first: { status: 400, type: 'invalid_request_error', message: 'compaction: not supported by this model' },
    cost: 0,
  },
  { name: 'empty', first: { blocks: [], stop: 'refusal', usage: billed }, cost: 0.014 },
  { name: 'null', first: { blocks: [{ block: { type: 'compaction', content: null } }] }, cost: 0.00007 },
])('where it is $name, the model is asked in words, and all is paid for', async ({ first, cost }) => {
  api.enqueue(first, { ...textAnswer('IN WORDS'), model: 'claude-sonnet-5-5' });
  const made = await summarised();
  expect(made).toMatchObject({ ok: true, value: { text: 'IN WORDS' } });
  expect(made.ok && made.value.cost).toBeCloseTo(cost + 0.00007, 10);
  expect(api.requests.map(isCompaction)).toEqual([true, false]);
});

test('a model that has none is asked for its own summary once, and its neighbours are still asked', async () => {
  api.respondWith((asked) =>
    isCompaction(asked) && asked.raw.includes('claude-sonnet')
      ? { status: 400, type: 'invalid_request_error', message: 'compaction: not supported by this model' }
      : isCompaction(asked)
        ? summary
        : textAnswer('IN WORDS'),
  );
  const ask = async (model: string) => {
    const from = api.requests.length;
    const again = { ...request, model };
    const { messages } = request;
    await summarise(claude(), { request: again, messages, transcript: () => '', instructions: '' }, never());
    return api.requests.slice(from).map(isCompaction);
  };
  expect(await ask('sonnet')).toEqual([true, false]);
  // Another object of the same machine, and a model that makes them
  expect(await ask('sonnet')).toEqual([false]);
  expect(await ask('opus')).toEqual([true]);
  expect(await ask('opus')).toEqual([true]);
});

test('a summariser that was overloaded, or whose answer was empty, is asked again the next time', async () => {
  const answers: FakeAnswer[] = [
    { status: 529, type: 'overloaded_error' },
    { blocks: [], stop: 'refusal' },
  ];
  for (const answer of answers) {
    api.respondWith((asked) => (isCompaction(asked) ? answer : textAnswer('IN WORDS')));
    await summarised();
  }
  api.respondWith(() => summary);
  expect(await summarised()).toMatchObject({ ok: true, value: { text: 'THE SUMMARY' } });
});

test('an overloaded summariser is asked four times before the model is asked in words', async () => {
  api.respondWith((asked) =>
    isCompaction(asked) ? { status: 529, type: 'overloaded_error' } : textAnswer('IN WORDS'),
  );
  expect(await summarised()).toMatchObject({ ok: true, value: { text: 'IN WORDS' } });
  expect(api.requests.map(isCompaction)).toEqual([true, true, true, true, false]);
});

test.each([
  { name: 'Claude', settings: { ANTHROPIC_API_KEY: 'k' }, has: true },
  { name: 'a proxy', settings: { PROXY_BASE_URL: 'http://127.0.0.1:1' }, has: false },
  {
    name: 'a proxy that passes them on',
    settings: { PROXY_BASE_URL: 'http://127.0.0.1:1', PROXY_COMPACTION: 'true' },
    has: true,
  },
  { name: 'Z.AI', settings: { ZAI_API_KEY: 'k', PROXY_COMPACTION: 'true' }, has: false },
  { name: 'nothing', settings: {}, has: false },
])('$name has summaries of its own: $has', ({ settings, has }) => {
  expect(modelWith(settings).compact !== undefined).toBe(has);
});
