import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Spent } from '#agent/step.ts';
import { createConnections } from '#lib/connections.ts';
import { liveModelDeps } from '#model/model-deps.ts';
import { searchByModel, type WebQuery } from '#model/search-web.ts';
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

const search = async (query: Partial<WebQuery> = {}) => {
  const settings = Settings.parse({ ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: api.url });
  const spent: Spent[] = [];
  const found = await searchByModel(settings, { ...liveModelDeps, log: silentLog })?.(
    { query: 'bridges of Vilnius', allowedDomains: [], blockedDomains: [], ...query },
    { signal: new AbortController().signal, spend: (more) => void spent.push(more) },
  );
  return { found, spent };
};

const use = {
  block: { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'q' } },
};
const resultBlock = (content: unknown) => ({
  block: { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content },
});
const hit = (url: string, age: string | null = null) => ({
  type: 'web_search_result',
  url,
  title: `Title of ${url}`,
  page_age: age,
  encrypted_content: 'opaque',
});
const usage = {
  input_tokens: 1000,
  output_tokens: 100,
  server_tool_use: { web_search_requests: 1, web_fetch_requests: 0 },
};

test('one call with the server tool: addresses, dates and a summary come back, tokens and search are counted', async () => {
  api.enqueue({
    blocks: [
      { text: ['I search.'] },
      use,
      resultBlock([hit('https://a.example/1', 'October 3, 2026'), hit('https://b.example/2')]),
      { text: ['Two ', 'bridges '] },
      { text: ['(https://a.example/1).'] },
    ],
    usage,
  });
  expect(await search({ allowedDomains: ['a.example'] })).toEqual({
    found: {
      ok: true,
      value: {
        results: [
          { url: 'https://a.example/1', title: 'Title of https://a.example/1', age: 'October 3, 2026' },
          { url: 'https://b.example/2', title: 'Title of https://b.example/2' },
        ],
        summary: 'Two bridges (https://a.example/1).',
      },
    },
    spent: [{ usage: { ...noUsage, ...usage }, cost: expect.closeTo(0.01 + 0.00015, 9) }],
  });
  expect(api.requests.map(({ body }) => body)).toEqual([
    {
      model: 'claude-haiku-5-5',
      stream: true,
      max_tokens: 4096,
      thinking: { type: 'disabled' },
      output_config: { effort: 'low' },
      tools: [
        {
          type: 'web_search_20260318',
          name: 'web_search',
          max_uses: 1,
          allowed_callers: ['direct'],
          allowed_domains: ['a.example'],
        },
      ],
      messages: [{ role: 'user', content: expect.stringContaining('\n\nbridges of Vilnius\n\n') }],
    },
  ]);
});

test('a search that the provider pauses goes on with what was there, block for block, and no more than twice', async () => {
  const paused: FakeAnswer = { blocks: [{ text: ['I search.'] }, use], stop: 'pause_turn', usage };
  api.enqueue(paused, paused, {
    blocks: [resultBlock([hit('https://a.example')]), { text: ['One.'] }],
    usage,
  });
  const { found, spent } = await search();
  expect(found).toMatchObject({
    ok: true,
    value: { results: [{ url: 'https://a.example' }], summary: 'One.' },
  });
  expect(spent).toHaveLength(3);
  const said = [{ type: 'text', text: 'I search.' }, use.block];
  expect(api.requests[2]?.body).toMatchObject({
    messages: [{ role: 'user' }, { role: 'assistant', content: [...said, ...said] }],
  });

  api.respondWith(() => paused);
  expect((await search()).found).toEqual({ ok: true, value: { results: [], summary: '' } });
  expect(api.requests).toHaveLength(6);
});

test('without a result, what the model says is its memory, and is not passed on', async () => {
  api.enqueue({ blocks: [use, resultBlock([]), { text: ['As I remember …'] }] });
  expect((await search()).found).toEqual({ ok: true, value: { results: [], summary: '' } });
});

test.each<{ name: string; answer: FakeAnswer; says: RegExp }>([
  {
    name: 'a passing error of the search',
    answer: {
      blocks: [use, resultBlock({ type: 'web_search_tool_result_error', error_code: 'unavailable' })],
    },
    says: /^The search did not answer\. Try once more/,
  },
  {
    name: 'a search that is not accepted',
    answer: {
      blocks: [use, resultBlock({ type: 'web_search_tool_result_error', error_code: 'query_too_long' })],
    },
    says: /^The provider did not accept this search/,
  },
  {
    name: 'an account that may not search',
    answer: { status: 400, type: 'invalid_request_error', message: 'SECRET web search is not enabled' },
    says: /^The provider of the model refused to search/,
  },
  {
    name: 'an overload that goes on',
    answer: { status: 529, type: 'overloaded_error', headers: { 'retry-after-ms': '1' } },
    says: /^The search did not answer/,
  },
  {
    name: 'an answer that breaks off',
    answer: { blocks: [use, { text: ['SECRET ', 'half'] }], cutAfter: 1 },
    says: /^The search did not answer/,
  },
  {
    name: 'an answer that ends before its end',
    answer: { blocks: [use, { text: ['SECRET ', 'half'] }], endAfter: 1 },
    says: /^The search did not answer/,
  },
  {
    name: 'an error in the middle',
    answer: {
      blocks: [use, { text: ['a', 'b'] }],
      errorAfter: { deltas: 1, type: 'overloaded_error', message: 'SECRET' },
    },
    says: /^The search did not answer/,
  },
  {
    name: 'an answer that is none',
    answer: { raw: '<html>SECRET', contentType: 'text/html' },
    says: /^The provider of the model refused/,
  },
])('$name is told in our words', async ({ answer, says }) => {
  api.respondWith(() => answer);
  const { found } = await search();
  expect(found).toEqual({ ok: false, problem: expect.stringMatching(says) });
  expect(JSON.stringify(found)).not.toContain('SECRET');
});

test('a search takes a connection only until its answer begins', async () => {
  const { toolFetch } = createConnections(fetch);
  const settings = Settings.parse({ ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: api.url });
  const stop = new AbortController();
  const begun: string[] = [];
  const slow = {
    blocks: [{ text: ['One', 'two'] }],
    hangAfter: 1,
    onEvent: (type: string) => begun.push(type),
  };
  api.enqueue(slow, slow, slow);
  const search = searchByModel(settings, { ...liveModelDeps, log: silentLog, fetch: toolFetch });
  const searches = Array.from({ length: 3 }, async () =>
    search?.(
      { query: 'x', allowedDomains: [], blockedDomains: [] },
      { signal: stop.signal, spend: () => {} },
    ),
  );
  await expect.poll(() => begun.filter((type) => type === 'content_block_delta')).toHaveLength(3);
  expect((await toolFetch(`${api.url}/control/asked?of=x`)).status).toBe(200);
  stop.abort();
  expect((await Promise.allSettled(searches)).map(({ status }) => status)).toEqual(Array(3).fill('rejected'));
});

test('a search that is cancelled ends at once', async () => {
  const stop = new AbortController();
  api.respondWith(() => {
    stop.abort();
    return { blocks: [] };
  });
  const settings = Settings.parse({ ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: api.url });
  const query = { query: 'x', allowedDomains: [], blockedDomains: [] };
  await expect(
    searchByModel(settings, liveModelDeps)?.(query, { signal: stop.signal, spend: () => {} }),
  ).rejects.toThrow();
});

test.each([
  { name: 'the API itself', settings: { ANTHROPIC_API_KEY: 'k' }, searches: true },
  { name: 'another server', settings: { PROXY_BASE_URL: 'http://127.0.0.1:1' }, searches: false },
  {
    name: 'another server that says it can',
    settings: { PROXY_BASE_URL: 'http://127.0.0.1:1', PROXY_WEB_SEARCH: 'true' },
    searches: true,
  },
  { name: 'Z.AI', settings: { ZAI_API_KEY: 'k', PROXY_WEB_SEARCH: 'true' }, searches: false },
  { name: 'nothing', settings: {}, searches: false },
])('$name: searches is $searches', ({ settings, searches }) => {
  expect(searchByModel(Settings.parse(settings), liveModelDeps) !== undefined).toBe(searches);
});
