import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Spent } from '#agent/step.ts';
import { fetchByModel } from '#model/fetch-web.ts';
import { liveModelDeps } from '#model/model-deps.ts';
import { noUsage } from '#protocol/message.ts';
import { Settings } from '#protocol/settings.ts';
import {
  startFakeMessagesApi,
  type FakeAnswer,
  type FakeMessagesApi,
} from '#test/support/fake-messages-api.ts';
import { silentLog } from '#test/support/silent-log.ts';

let api: FakeMessagesApi;
beforeEach(async () => {
  api = await startFakeMessagesApi();
});
afterEach(() => api.close());
const page = new URL('https://a.example/page?x=1');

const get = async (signal = new AbortController().signal) => {
  const settings = Settings.parse({ ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: api.url });
  const spent: Spent[] = [];
  const got = await fetchByModel(settings, { ...liveModelDeps, log: silentLog })?.(page, {
    signal,
    spend: (more) => void spent.push(more),
  });
  return { got, spent };
};

const use = {
  block: { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_fetch', input: { url: page.href } },
};
const resultBlock = (content: object) => ({
  block: { type: 'web_fetch_tool_result', tool_use_id: 'srvtoolu_1', content },
});
const fetched = (source: object, title: string | null = 'A page') =>
  resultBlock({
    type: 'web_fetch_result',
    url: 'https://a.example/page',
    retrieved_at: '2026-10-03T10:00:00Z',
    content: { type: 'document', source, title, citations: null },
  });
const plain = (data: string) => ({ type: 'text', media_type: 'text/plain', data });
const pdf = (data: string) => ({ type: 'base64', media_type: 'application/pdf', data });
const usage = {
  input_tokens: 9_000,
  output_tokens: 100,
  server_tool_use: { web_search_requests: 0, web_fetch_requests: 1 },
};

test('one call with the server tool, which gets this address and no other; what it read is counted', async () => {
  api.enqueue({ blocks: [use, fetched(plain('What it says.\n')), { text: ['OK'] }], usage });
  expect(await get()).toEqual({
    got: {
      ok: true,
      value: { url: 'https://a.example/page', title: 'A page', text: 'What it says.', kind: 'text' },
    },
    spent: [{ usage: { ...noUsage, ...usage }, cost: expect.closeTo((9_000 * 0.1 + 100 * 0.5) / 1e6, 9) }],
  });
  expect(api.requests.map(({ body }) => body)).toEqual([
    {
      model: 'claude-haiku-5-5',
      stream: true,
      max_tokens: 2048,
      thinking: { type: 'disabled' },
      output_config: { effort: 'low' },
      tools: [
        {
          type: 'web_fetch_20260318',
          name: 'web_fetch',
          max_uses: 1,
          max_content_tokens: 40_000,
          allowed_callers: ['direct'],
        },
      ],
      messages: [{ role: 'user', content: expect.stringContaining(`\n\n${page.href}\n\n`) }],
    },
  ]);
});

test('a PDF comes as its base64; a fetch that was paused goes on', async () => {
  api.enqueue(
    { blocks: [use], stop: 'pause_turn', usage },
    { blocks: [fetched(pdf('JVBERi0xLjc='), null)], usage },
  );
  const { got, spent } = await get();
  expect(got).toEqual({
    ok: true,
    value: { url: 'https://a.example/page', title: '', text: 'JVBERi0xLjc=', kind: 'pdf' },
  });
  expect(spent).toHaveLength(2);
});

const refused = (error_code: string): FakeAnswer => ({
  blocks: [use, resultBlock({ type: 'web_fetch_tool_result_error', error_code })],
});

test.each<{ name: string; answer: FakeAnswer; says: RegExp }>([
  { name: 'not there', answer: refused('url_not_accessible'), says: /could not get it either/ },
  { name: 'an unknown error', answer: refused('SECRET'), says: /could not get it either/ },
  { name: 'no fetch at all', answer: { blocks: [{ text: ['SECRET'] }] }, says: /could not get it either/ },
  { name: 'an empty page', answer: { blocks: [fetched(plain(' '))] }, says: /could not get it either/ },
  { name: 'a closed domain', answer: refused('url_not_allowed'), says: /may not fetch from there/ },
  { name: 'a long address', answer: refused('url_too_long'), says: /too long for the provider/ },
  {
    name: 'an image',
    answer: refused('unsupported_content_type'),
    says: /neither text nor a PDF/,
  },
  { name: 'a PDF that is none', answer: { blocks: [fetched(pdf('PGh0'))] }, says: /neither text nor a PDF/ },
  {
    name: 'a PDF that is too large',
    answer: { blocks: [fetched(pdf('JVBERi'.padEnd(10_000_001, 'A')))] },
    says: /too large/,
  },
  { name: 'a passing error', answer: refused('unavailable'), says: /did not answer\. Try once more later/ },
  {
    name: 'an overload that goes on',
    answer: { status: 529, type: 'overloaded_error', headers: { 'retry-after-ms': '1' } },
    says: /did not answer\. Try once more later/,
  },
  {
    name: 'an account that may not fetch',
    answer: { status: 400, type: 'invalid_request_error', message: 'SECRET web fetch is not enabled' },
    says: /has to allow web fetch/,
  },
])('$name is told in our words', async ({ answer, says }) => {
  api.respondWith(() => answer);
  const { got } = await get();
  expect(got).toEqual({ ok: false, problem: expect.stringMatching(says) });
  expect(JSON.stringify(got)).not.toContain('SECRET');
});

test('a fetch that is cancelled ends at once', async () => {
  const stop = new AbortController();
  api.respondWith(() => {
    stop.abort();
    return { blocks: [] };
  });
  await expect(get(stop.signal)).rejects.toThrow();
});

test.each([
  { name: 'the API itself', settings: { ANTHROPIC_API_KEY: 'k' }, fetches: true },
  {
    name: 'another server',
    settings: { PROXY_BASE_URL: 'http://127.0.0.1:1', PROXY_WEB_SEARCH: 'true' },
    fetches: false,
  },
  {
    name: 'another server that says it can',
    settings: { PROXY_BASE_URL: 'http://127.0.0.1:1', PROXY_WEB_FETCH: 'true' },
    fetches: true,
  },
  { name: 'Z.AI', settings: { ZAI_API_KEY: 'k', PROXY_WEB_FETCH: 'true' }, fetches: false },
  { name: 'nothing', settings: {}, fetches: false },
])('$name: fetches is $fetches', ({ settings, fetches }) => {
  expect(fetchByModel(Settings.parse(settings), liveModelDeps) !== undefined).toBe(fetches);
});
