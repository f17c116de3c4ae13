import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  startFakeMessagesApi,
  textAnswer,
  type FakeAnswer,
  type FakeMessagesApi,
} from '#test/support/fake-messages-api.ts';
import { createConnections } from '#lib/connections.ts';
import { noUsage, type Message } from '#protocol/message.ts';
import { ask, collect, modelAt, never, user } from './harness.ts';

let api: FakeMessagesApi;
beforeEach(async () => {
  api = await startFakeMessagesApi();
});
afterEach(() => api.close());

const usage = { ...noUsage, input_tokens: 10, output_tokens: 5 };
const message = {
  type: 'message',
  stop: 'end_turn',
  usage,
  model: 'claude-sonnet-5-5',
  cost: 0.00007,
  contextWindow: 1_000_000,
};

describe('one answer', () => {
  test('text comes as it is streamed, the whole message at the end', async () => {
    api.enqueue(textAnswer('Hel', 'lo', ' world'));
    const { parts } = await collect(modelAt(api.url).model.stream(ask('Hi'), never()));
    expect(parts).toEqual([
      { type: 'text_delta', text: 'Hel' },
      { type: 'text_delta', text: 'lo' },
      { type: 'text_delta', text: ' world' },
      { ...message, content: [{ type: 'text', text: 'Hello world' }] },
    ]);
  });

  test('thinking, hidden thinking, text and calls keep their order; a block of an unknown type is left out', async () => {
    api.enqueue({
      blocks: [
        { thinking: ['Let me ', 'see.'], signature: 'sig==' },
        { redacted: 'opaque' },
        { unknown: 'hologram' },
        { text: ['Two calls.'] },
        { tool: 'Read', id: 'toolu_1', input: { file_path: '/workspace/ü.txt' } },
        { tool: 'Glob', id: 'toolu_2', input: { pattern: '*' }, json: ['{"pat', 'tern"', ':"*"}'] },
        { tool: 'Now', id: 'toolu_3', input: {}, json: [] },
      ],
    });
    const { parts } = await collect(modelAt(api.url).model.stream(ask('Hi'), never()));
    expect(parts).toEqual([
      { type: 'thinking', thinking: 'Let me see.', signature: 'sig==' },
      { type: 'text_delta', text: 'Two calls.' },
      {
        ...message,
        stop: 'tool_use',
        content: [
          { type: 'thinking', thinking: 'Let me see.', signature: 'sig==' },
          { type: 'redacted_thinking', data: 'opaque' },
          { type: 'text', text: 'Two calls.' },
          { type: 'tool_use', id: 'toolu_1', name: 'Read', input: { file_path: '/workspace/ü.txt' } },
          { type: 'tool_use', id: 'toolu_2', name: 'Glob', input: { pattern: '*' } },
          { type: 'tool_use', id: 'toolu_3', name: 'Now', input: {} },
        ],
      },
    ]);
  });

  test.each([
    { stop: 'end_turn', expected: 'end_turn' },
    { stop: 'stop_sequence', expected: 'end_turn' },
    { stop: 'max_tokens', expected: 'max_tokens' },
    { stop: 'refusal', expected: 'refusal' },
    { stop: 'model_context_window_exceeded', expected: 'context_full' },
    { stop: 'pause_turn', expected: 'other' },
    { stop: 'something_new', expected: 'other' },
  ])('stop reason $stop is $expected', async ({ stop, expected }) => {
    api.enqueue({ ...textAnswer('x'), stop });
    const { last } = await collect(modelAt(api.url).model.stream(ask('Hi'), never()));
    expect(last).toMatchObject({ type: 'message', stop: expected });
  });

  test('a message without calls that a server ends as if it had some is the last one', async () => {
    api.enqueue({ ...textAnswer('x'), stop: 'tool_use' });
    const { last } = await collect(modelAt(api.url).model.stream(ask('Hi'), never()));
    expect(last).toMatchObject({ type: 'message', stop: 'end_turn' });
  });

  test('a message with calls that a server ends as the last one is still a message with calls', async () => {
    api.enqueue({ blocks: [{ tool: 'Now', id: 'toolu_1', input: {} }], stop: 'end_turn' });
    const { last } = await collect(modelAt(api.url).model.stream(ask('Hi'), never()));
    expect(last).toMatchObject({ type: 'message', stop: 'tool_use' });
  });

  test.each([
    { name: 'cut off by the token limit', json: ['{"file_path":"/a","content":"lo'], stop: 'max_tokens' },
    { name: 'no JSON at all', json: ['oops'], stop: 'tool_use' },
    { name: 'no object', json: ['[1,2]'], stop: 'tool_use' },
  ])('a call whose input is $name is marked and has an empty input', async ({ json, stop }) => {
    api.enqueue({ blocks: [{ tool: 'Write', id: 'toolu_1', input: {}, json }], stop });
    const { last } = await collect(modelAt(api.url).model.stream(ask('Hi'), never()));
    expect(last).toEqual({
      ...message,
      stop,
      content: [{ type: 'tool_use', id: 'toolu_1', name: 'Write', input: {} }],
      incompleteCalls: ['toolu_1'],
    });
  });

  test('what a sloppy server leaves out is tolerated: usage, model, signature', async () => {
    api.enqueue({ blocks: [{ thinking: ['Hm'] }, { text: ['ok'] }], usage: null });
    const { parts } = await collect(modelAt(api.url).model.stream(ask('Hi', { model: 'qwen3' }), never()));
    expect(parts).toEqual([
      { type: 'thinking', thinking: 'Hm', signature: '' },
      { type: 'text_delta', text: 'ok' },
      {
        type: 'message',
        stop: 'end_turn',
        model: 'qwen3',
        usage: noUsage,
        cost: 0,
        content: [
          { type: 'thinking', thinking: 'Hm', signature: '' },
          { type: 'text', text: 'ok' },
        ],
      },
    ]);
  });

  test('tokens written to and read from the cache are counted and priced', async () => {
    const counted = {
      input_tokens: 1_000_000,
      output_tokens: 1_000_000,
      cache_creation_input_tokens: 1_000_000,
      cache_read_input_tokens: 1_000_000,
    };
    api.enqueue({ ...textAnswer('x'), usage: counted, model: 'claude-opus-5-5' });
    const { last } = await collect(modelAt(api.url).model.stream(ask('Hi'), never()));
    expect(last).toMatchObject({ usage: counted, model: 'claude-opus-5-5', cost: 4 + 20 + 5 + 0.2 });
  });
});

const overloaded: FakeAnswer = { status: 529, type: 'overloaded_error' };

describe('before anything was shown', () => {
  test.each<{ name: string; answers: FakeAnswer[]; waits: number[] }>([
    { name: '429 with seconds', answers: [{ status: 429, headers: { 'retry-after': '7' } }], waits: [7000] },
    {
      name: '429 with a date',
      answers: [{ status: 429, headers: { 'retry-after': 'Mon, 23 Nov 2026 00:00:20 GMT' } }],
      waits: [20_000],
    },
    {
      name: '429 with a date that has passed',
      answers: [{ status: 429, headers: { 'retry-after': 'Mon, 23 Nov 2026 00:00:00 GMT' } }],
      waits: [0],
    },
    {
      name: '429 with milliseconds beside seconds',
      answers: [{ status: 429, headers: { 'retry-after': '2', 'retry-after-ms': '1234' } }],
      waits: [1234],
    },
    {
      name: '429 with a header of nonsense',
      answers: [{ status: 429, headers: { 'retry-after': 'soon' } }],
      waits: [1000],
    },
    {
      name: '529, with growing waits',
      answers: [overloaded, overloaded, overloaded],
      waits: [1000, 2000, 4000],
    },
    { name: '500', answers: [{ status: 500 }], waits: [1000] },
    { name: '503', answers: [{ status: 503 }], waits: [1000] },
    { name: '408', answers: [{ status: 408 }], waits: [1000] },
    { name: '409', answers: [{ status: 409 }], waits: [1000] },
    {
      name: 'a status that the server says to try again',
      answers: [{ status: 418, headers: { 'x-should-retry': 'true' } }],
      waits: [1000],
    },
    { name: 'a cut', answers: [{ ...textAnswer('never seen'), cutAfter: 0 }], waits: [1000] },
    {
      name: 'an end in good order without an answer',
      answers: [{ ...textAnswer('x'), endAfter: 0 }],
      waits: [1000],
    },
    {
      name: 'an overload told in the stream',
      answers: [{ ...textAnswer('x'), errorAfter: { deltas: 0, type: 'overloaded_error', message: 'busy' } }],
      waits: [1000],
    },
    {
      name: 'a page instead of a stream',
      answers: [{ raw: '<html>', contentType: 'text/html' }],
      waits: [1000],
    },
    {
      name: 'garbage in the stream',
      answers: [{ raw: 'event: message_start\ndata: {"ty\n\n' }],
      waits: [1000],
    },
  ])('$name is tried again', async ({ answers, waits: expected }) => {
    api.enqueue(...answers, textAnswer('there'));
    const { model, waits } = modelAt(api.url, { clock: { now: () => Date.UTC(2026, 10, 23) } });
    const { parts } = await collect(model.stream(ask('Hi'), never()));
    expect(parts).toEqual([
      { type: 'text_delta', text: 'there' },
      { ...message, content: [{ type: 'text', text: 'there' }] },
    ]);
    expect(waits).toEqual(expected);
    expect(api.requests.map(({ raw }) => raw)).toEqual(api.requests.map(() => api.requests[0]?.raw));
  });

  test('the wait varies by chance, so that many sessions do not come back at once', async () => {
    api.enqueue(overloaded, overloaded, textAnswer('x'));
    const { model, waits } = modelAt(api.url, { random: () => 0 });
    await collect(model.stream(ask('Hi'), never()));
    expect(waits).toEqual([750, 1500]);
  });

  test('after four attempts it gives up', async () => {
    api.respondWith(() => overloaded);
    const { model, waits } = modelAt(api.url);
    const { parts } = await collect(model.stream(ask('Hi'), never()));
    expect(parts).toEqual([
      {
        type: 'failure',
        kind: 'server_error',
        text: 'API Error: 529 The model service is overloaded. Wait a minute, then send your message again.',
      },
    ]);
    expect({ waits, calls: api.requests.length }).toEqual({ waits: [1000, 2000, 4000], calls: 4 });
  });

  test('who asks for a longer wait than a minute is not waited for: the user is told', async () => {
    api.enqueue({ status: 429, type: 'rate_limit_error', headers: { 'retry-after': '301' } });
    const { model, waits } = modelAt(api.url);
    const { parts } = await collect(model.stream(ask('Hi'), never()));
    expect(parts).toEqual([
      {
        type: 'failure',
        kind: 'rate_limit',
        text: 'API Error: 429 The model service has reached its rate limit. Wait 6 minutes, then send your message again.',
      },
    ]);
    expect({ waits, calls: api.requests.length }).toEqual({ waits: [], calls: 1 });
  });

  test('a refused connection is tried again, then told', async () => {
    const gone = await startFakeMessagesApi();
    await gone.close();
    const { model, waits } = modelAt(gone.url);
    const { parts } = await collect(model.stream(ask('Hi'), never()));
    expect(parts).toEqual([
      {
        type: 'failure',
        kind: 'server_error',
        text:
          'API Error: The model service cannot be reached. Send your message again; if this goes on, ask whoever ' +
          'runs this server to check PROXY_BASE_URL and its network.',
      },
    ]);
    expect(waits).toEqual([1000, 2000, 4000]);
  });

  test('each retry and the end are logged with status, type and request id, and without content', async () => {
    api.enqueue({ status: 500, message: 'secret words' }, { status: 401, type: 'authentication_error' });
    const { model, logged } = modelAt(api.url);
    await collect(model.stream(ask('private'), never()));
    const common = { provider: 'proxy', model: 'claude-sonnet-5-5' };
    expect(logged).toEqual([
      {
        event: 'model_retry',
        fields: {
          ...common,
          reason: 'server',
          status: 500,
          type: 'api_error',
          requestId: 'req_fake_1',
          attempt: 1,
          waitMs: 1000,
        },
      },
      {
        event: 'model_failed',
        fields: {
          ...common,
          reason: 'authentication',
          status: 401,
          type: 'authentication_error',
          requestId: 'req_fake_2',
          attempt: 2,
        },
      },
    ]);
  });
});

describe('cut in mid-text', () => {
  const cutAfterTwo: FakeAnswer = { ...textAnswer('One, ', 'two, ', 'lost'), cutAfter: 2 };

  test.each([
    { name: 'the same answer', second: ['One, two, ', 'three'], shown: 'One, two, three' },
    {
      name: 'the same answer in other pieces',
      second: ['One', ', two, th', 'ree'],
      shown: 'One, two, three',
    },
    { name: 'exactly what was shown', second: ['One, two, '], shown: 'One, two, ' },
  ])('$name: no word is shown twice', async ({ second, shown }) => {
    api.enqueue(cutAfterTwo, textAnswer(...second));
    const { text, last } = await collect(modelAt(api.url).model.stream(ask('Count'), never()));
    expect(text).toBe(shown);
    expect(last).toEqual({ ...message, content: [{ type: 'text', text: shown }] });
  });

  test.each([
    { name: 'it diverges', second: ['One, ', 'three and a half'] },
    { name: 'it diverges within a delta', second: ['One, twelve'] },
    { name: 'it is shorter', second: ['One, '] },
    { name: 'it says nothing', second: [] },
  ])('another answer ($name): nothing more is shown, the message has the new text', async ({ second }) => {
    api.enqueue(cutAfterTwo, textAnswer(...second));
    const { text, last } = await collect(modelAt(api.url).model.stream(ask('Count'), never()));
    expect(text).toBe('One, two, ');
    const answer = second.join('');
    expect(last).toEqual({
      ...message,
      content: answer === '' ? [] : [{ type: 'text', text: answer }],
    });
  });

  test('a third answer that agrees again goes on from what was shown', async () => {
    api.enqueue(cutAfterTwo, { ...textAnswer('Else', 'where'), cutAfter: 1 }, textAnswer('One, two, three'));
    const { text, last } = await collect(modelAt(api.url).model.stream(ask('Count'), never()));
    expect(text).toBe('One, two, three');
    expect(last).toEqual({ ...message, content: [{ type: 'text', text: 'One, two, three' }] });
  });

  test('thinking that was shown is not shown again, later thinking is', async () => {
    api.enqueue(
      { blocks: [{ thinking: ['first'], signature: 'a' }, { text: ['x', 'y'] }], cutAfter: 3 },
      {
        blocks: [
          { thinking: ['second'], signature: 'b' },
          { text: ['xy'] },
          { thinking: ['more'], signature: 'c' },
        ],
      },
    );
    const { parts } = await collect(modelAt(api.url).model.stream(ask('Hi'), never()));
    expect(parts).toEqual([
      { type: 'thinking', thinking: 'first', signature: 'a' },
      { type: 'text_delta', text: 'x' },
      { type: 'text_delta', text: 'y' },
      { type: 'thinking', thinking: 'more', signature: 'c' },
      {
        ...message,
        content: [
          { type: 'thinking', thinking: 'second', signature: 'b' },
          { type: 'text', text: 'xy' },
          { type: 'thinking', thinking: 'more', signature: 'c' },
        ],
      },
    ]);
  });

  test('silence counts as a cut', async () => {
    api.enqueue({ ...textAnswer('One, ', 'lost'), hangAfter: 1 }, textAnswer('One, two'));
    const { text } = await collect(modelAt(api.url, { idleMs: 100 }).model.stream(ask('Count'), never()));
    expect(text).toBe('One, two');
    await api.requests[0]?.closed;
  });

  test('a call that waits for its turn longer than a server may be silent has not been silent', async () => {
    const { promise: silence, resolve: answer } = Promise.withResolvers<Response>();
    const connections = createConnections((url, init) => (url === 'silent:' ? silence : fetch(url, init)));
    const held = Array.from({ length: 5 }, () => connections.fetch('silent:'));
    api.enqueue(textAnswer('Here.'));
    const { model, waits } = modelAt(api.url, { idleMs: 100, fetch: connections.fetch });
    const answered = collect(model.stream(ask('Hello'), never()));
    await new Promise((resolve) => setTimeout(resolve, 300));
    answer(new Response());
    await Promise.all(held);
    expect({ text: (await answered).text, waits }).toEqual({ text: 'Here.', waits: [] });
  });

  test('slow is not silent', async () => {
    api.enqueue({ ...textAnswer('a', 'b', 'c', 'd', 'e', 'f'), delayMs: 100 });
    const { text } = await collect(modelAt(api.url, { idleMs: 700 }).model.stream(ask('Count'), never()));
    expect({ text, calls: api.requests.length }).toEqual({ text: 'abcdef', calls: 1 });
  });

  test('a cut after the last word changes nothing: the answer is whole', async () => {
    api.enqueue({ raw: wholeAnswerWithoutStop });
    const { text, last } = await collect(modelAt(api.url).model.stream(ask('Hi'), never()));
    expect({ text, calls: api.requests.length, type: last?.type }).toEqual({
      text: 'Hi',
      calls: 1,
      type: 'message',
    });
  });

  test('what breaks every time is told, after what was shown', async () => {
    api.respondWith(() => cutAfterTwo);
    const { text, last } = await collect(modelAt(api.url).model.stream(ask('Count'), never()));
    expect(text).toBe('One, two, ');
    expect(last).toMatchObject({ type: 'failure', kind: 'server_error' });
    expect(api.requests).toHaveLength(4);
  });
});

const wholeAnswerWithoutStop = [
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: 'Hi' } },
  { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 1 } },
]
  .map((event) => `data: ${JSON.stringify(event)}\n\n`)
  .join('');

describe('what finally fails', () => {
  const raw = 'RAW-BODY-OF-THE-PROVIDER sk-ant-123';

  test.each<{ name: string; answer: FakeAnswer; kind: string; says: string }>([
    {
      name: '400',
      answer: { status: 400, type: 'invalid_request_error' },
      kind: 'invalid_request',
      says: 'API Error: 400 The model service refused the request.',
    },
    {
      name: '400 prompt too long',
      answer: { status: 400, message: `prompt is too long: ${raw}` },
      kind: 'context_full',
      says: 'API Error: 400 The conversation no longer fits into what the model can read at once. Send /compact, or start a new conversation.',
    },
    {
      name: '400 no credit',
      answer: { status: 400, message: `Your credit balance is too low ${raw}` },
      kind: 'billing_error',
      says: 'API Error: 400 The account at the model service has no credit',
    },
    {
      name: '401',
      answer: { status: 401 },
      kind: 'authentication_failed',
      says: 'API Error: 401 The model service did not accept the key. Ask whoever runs this server to check PROXY_API_KEY.',
    },
    { name: '402', answer: { status: 402 }, kind: 'billing_error', says: 'API Error: 402 ' },
    {
      name: '403',
      answer: { status: 403 },
      kind: 'authentication_failed',
      says: 'API Error: 403 The key may not use the model claude-sonnet-5-5.',
    },
    {
      name: '404',
      answer: { status: 404 },
      kind: 'invalid_request',
      says: 'API Error: 404 The model service does not know the model claude-sonnet-5-5.',
    },
    {
      name: '413',
      answer: { status: 413 },
      kind: 'too_large',
      says: 'API Error: 413 The conversation, with the files that the model is shown in it, is more than the model service takes at once.',
    },
    { name: '418', answer: { status: 418 }, kind: 'unknown', says: 'API Error: 418 ' },
    {
      name: '429',
      answer: { status: 429 },
      kind: 'rate_limit',
      says: 'API Error: 429 The model service has reached its rate limit. Wait a minute',
    },
    { name: '500', answer: { status: 500 }, kind: 'server_error', says: 'API Error: 500 ' },
    { name: '529', answer: { status: 529 }, kind: 'server_error', says: 'API Error: 529 ' },
    {
      name: 'an error in the stream that is no passing one',
      answer: { ...textAnswer('x'), errorAfter: { deltas: 0, type: 'authentication_error', message: raw } },
      kind: 'authentication_failed',
      says: 'API Error: 401 ',
    },
    {
      name: '500 that the server says not to try again',
      answer: { status: 500, headers: { 'x-should-retry': 'false' } },
      kind: 'server_error',
      says: 'API Error: 500 ',
    },
  ])('$name is one failure in our words', async ({ answer, kind, says }) => {
    api.respondWith(() => ('status' in answer ? { message: raw, ...answer } : answer));
    const { model, logged } = modelAt(api.url);
    const { parts } = await collect(model.stream(ask('Hi'), never()));
    expect(parts).toEqual([{ type: 'failure', kind, text: expect.stringMatching(new RegExp(`^${says}`)) }]);
    expect(JSON.stringify([parts, logged])).not.toContain('RAW-BODY');
  });

  test.each([
    'input length and `max_tokens` exceed context limit: 199211 + 64000 > 200000',
    "This model's maximum context length is 131072 tokens",
    'Prompt exceeds max length',
    'Input is too long for requested model.',
  ])('%s: the context is full', async (words) => {
    api.enqueue({ status: 400, type: 'invalid_request_error', message: words });
    const { last } = await collect(modelAt(api.url).model.stream(ask('Hi'), never()));
    expect(last).toMatchObject({ type: 'failure', kind: 'context_full' });
    expect(api.requests).toHaveLength(1);
  });

  const refused: FakeAnswer = {
    status: 400,
    type: 'invalid_request_error',
    message: 'messages.1.content.0: Invalid `signature` in `thinking` block',
  };
  const thought = (signature: string): Message => ({
    role: 'assistant',
    content: [
      { type: 'thinking', thinking: 'Hm.', signature },
      { type: 'text', text: `after ${signature}` },
    ],
  });

  test('thinking that the server no longer accepts is left out for good, later thinking is sent', async () => {
    const { model, waits } = modelAt(api.url);
    const messages = [user('a'), thought('foreign'), user('b')];
    api.enqueue(refused, textAnswer('fine'));
    const { text } = await collect(model.stream(ask('', { messages }), never()));
    expect({ text, waits }).toEqual({ text: 'fine', waits: [0] });

    await collect(model.stream(ask('', { messages: [...messages, thought('own'), user('c')] }), never()));
    const sent = api.requests.map(({ raw }) => ['"foreign"', '"own"'].filter((mark) => raw.includes(mark)));
    expect(sent).toEqual([['"foreign"'], [], ['"own"']]);
    const [, without = '', later = ''] = api.requests.map(({ raw }) => raw);
    expect(later.startsWith(without.slice(0, -2))).toBe(true);
  });

  test('an image that the server cannot read is left out for good, those it has read stay', async () => {
    const { model, waits } = modelAt(api.url);
    const image = (data: string) =>
      ({ type: 'image', source: { type: 'base64', media_type: 'image/png', data } }) as const;
    const first: Message[] = [{ role: 'user', content: [image('GOOD')] }];
    await collect(model.stream(ask('', { messages: first }), never()));

    const messages: Message[] = [
      ...first,
      { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'Read', input: {} }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: [image('BAD')] }] },
    ];
    api.enqueue({ status: 400, type: 'invalid_request_error', message: 'Could not process image' });
    await collect(model.stream(ask('', { messages }), never()));
    await collect(model.stream(ask('', { messages: [...messages, thought('s'), user('on')] }), never()));
    expect(waits).toEqual([0]);
    const sent = api.requests.map(({ raw }) =>
      ['"GOOD"', '"BAD"', 'an image that the model cannot be shown'].filter((mark) => raw.includes(mark)),
    );
    const mended = ['"GOOD"', 'an image that the model cannot be shown'];
    expect(sent).toEqual([['"GOOD"'], ['"GOOD"', '"BAD"'], mended, mended]);
  });

  test('what one model refuses, another is shown', async () => {
    const { model } = modelAt(api.url);
    const source = { type: 'base64', media_type: 'image/png', data: 'LARGE' } as const;
    const messages: Message[] = [{ role: 'user', content: [{ type: 'image', source }] }];
    api.enqueue({ status: 400, type: 'invalid_request_error', message: 'Could not process image' });
    for (const name of ['haiku', 'opus', 'haiku'])
      await collect(model.stream(ask('', { model: name, messages }), never()));
    expect(api.requests.map(({ raw }) => raw.includes('"LARGE"'))).toEqual([true, false, true, false]);
  });

  test('a refusal for which no image or document is to blame is told', async () => {
    api.respondWith(() => ({ status: 400, message: 'document: Extra inputs are not permitted' }));
    const { last } = await collect(modelAt(api.url).model.stream(ask('Hi'), never()));
    expect({ last, calls: api.requests.length }).toMatchObject({
      last: { type: 'failure', kind: 'invalid_request' },
      calls: 1,
    });
  });

  test('what a server does not know of thinking and effort is left out, once', async () => {
    api.respondWith(() => ({ ...refused, message: 'output_config: Extra inputs are not permitted' }));
    const request = ask('Hi', { model: 'qwen3', thinking: 2000, effort: 'low' });
    const { last } = await collect(modelAt(api.url).model.stream(request, never()));
    expect(last).toMatchObject({ type: 'failure', kind: 'invalid_request' });
    expect(api.requests.map(({ raw }) => /thinking|output_config/.test(raw))).toEqual([true, false]);
  });
});

describe('abort', () => {
  test('in mid-stream it ends at once and closes the connection', async () => {
    api.enqueue({ ...textAnswer('One', 'never'), hangAfter: 1 });
    const stop = new AbortController();
    const parts = [];
    for await (const part of modelAt(api.url).model.stream(ask('Hi'), stop.signal)) {
      parts.push(part);
      stop.abort();
    }
    expect(parts).toEqual([{ type: 'text_delta', text: 'One' }]);
    await api.requests[0]?.closed;
    expect(api.requests).toHaveLength(1);
  });

  test('while waiting for the first byte', async () => {
    const stop = new AbortController();
    let request = Promise.resolve();
    api.respondWith(({ closed }) => {
      request = closed;
      setTimeout(() => stop.abort(), 20);
      return { ...textAnswer('never'), delayMs: 60_000 };
    });
    const { parts } = await collect(modelAt(api.url).model.stream(ask('Hi'), stop.signal));
    expect(parts).toEqual([]);
    await request;
  });

  test('while waiting for the next attempt', async () => {
    const stop = new AbortController();
    api.respondWith(() => overloaded);
    const sleep = async () => stop.abort();
    const { parts } = await collect(modelAt(api.url, { sleep }).model.stream(ask('Hi'), stop.signal));
    expect({ parts, calls: api.requests.length }).toEqual({ parts: [], calls: 1 });
  });

  test('before the call nothing is sent', async () => {
    const { parts } = await collect(modelAt(api.url).model.stream(ask('Hi'), AbortSignal.abort()));
    expect({ parts, calls: api.requests.length }).toEqual({ parts: [], calls: 0 });
  });

  test('a reader that stops reading closes the connection', async () => {
    api.enqueue({ ...textAnswer('One', 'never'), hangAfter: 1 });
    for await (const part of modelAt(api.url).model.stream(ask('Hi'), never())) {
      expect(part).toEqual({ type: 'text_delta', text: 'One' });
      break;
    }
    await api.requests[0]?.closed;
  });
});
