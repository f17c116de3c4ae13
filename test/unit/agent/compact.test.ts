import { describe, expect, test } from 'vitest';
import { summarise } from '#agent/compact.ts';
import type { ModelPart } from '#agent/model.ts';
import type { Message } from '#protocol/message.ts';
import {
  calls,
  message,
  says,
  scriptedModel,
  usage,
  type ScriptedCall,
} from '#test/support/scripted-model.ts';

const request = {
  model: 'sonnet',
  system: 'be kind',
  tools: [{ name: 'Read', description: '', input_schema: {} }],
};
const messages: Message[] = [
  { role: 'user', content: [{ type: 'text', text: 'hello' }] },
  { role: 'assistant', content: [{ type: 'text', text: 'hi' }] },
];
const fails = (kind: Extract<ModelPart, { type: 'failure' }>['kind']): ModelPart[] => [
  { type: 'failure', kind, text: `API Error: ${kind}` },
];

function start(
  script: readonly ScriptedCall[],
  rest: { messages?: Message[]; instructions?: string } = { messages },
) {
  const model = scriptedModel(script);
  const abort = new AbortController();
  const limits: number[] = [];
  const transcript = (limit: number) => {
    limits.push(limit);
    return `TRANSCRIPT ${limit}`;
  };
  const outcome = summarise(
    model,
    { request, messages: rest.messages, transcript, instructions: rest.instructions ?? '' },
    abort.signal,
  );
  return { outcome, model, abort, limits };
}

test('the model sums up what it has before it: the request is that of its turns, with one text more', async () => {
  const { outcome, model } = start([says('S')], { messages, instructions: 'the numbers' });
  expect(await outcome).toEqual({ ok: true, value: { text: 'S', model: 'scripted', usage, cost: 0.5 } });
  expect(model.requests).toEqual([{ ...request, messages: [...messages, expect.anything()] }]);
  expect(JSON.stringify(model.requests[0]?.messages[2])).toMatch(/keep in mind: the numbers"}]}$/);
});

test('after the words of a user the order is one more text of theirs: two messages of one role are refused by some', async () => {
  const { outcome, model } = start([says('S')], { messages: messages.slice(0, 1) });
  await outcome;
  expect(model.requests[0]?.messages).toMatchObject([{ role: 'user', content: [{ text: 'hello' }, {}] }]);
});

test.each([
  { name: 'refused as too long', first: fails('context_full') },
  { name: 'refused for what is in it', first: fails('invalid_request') },
  { name: 'answered with a call', first: calls(['1', 'Read']) },
])('what is $name is asked again from a transcript, without tools', async ({ first }) => {
  const { outcome, model, limits } = start([first, says('S')]);
  expect(await outcome).toMatchObject({ ok: true, value: { text: 'S' } });
  expect(limits).toEqual([300_000]);
  expect(model.requests[1]).toMatchObject({ model: 'sonnet', tools: [] });
  expect(JSON.stringify(model.requests[1]?.messages)).toContain('TRANSCRIPT 300000');
});

test('transcripts get shorter until one fits; what was refused before is not tried', async () => {
  const { outcome, limits } = start([fails('context_full'), fails('context_full'), says('S')], {});
  expect(await outcome).toMatchObject({ ok: true });
  expect(limits).toEqual([300_000, 75_000, 20_000]);
});

test('calls that brought no summary are paid for too', async () => {
  const { outcome } = start([calls(['1', 'Read']), says('S')]);
  expect(await outcome).toMatchObject({ value: { cost: 1, usage: { input_tokens: 20, output_tokens: 10 } } });
});

describe('where the provider makes summaries', () => {
  function startWithCompact(own: readonly ModelPart[], script: readonly ScriptedCall[]) {
    const words = scriptedModel(script);
    const asked: unknown[] = [];
    const outcome = summarise(
      {
        ...words,
        async *compact(given, instructions) {
          asked.push([given, instructions]);
          yield* own;
        },
      },
      { request, messages, transcript: () => 'TRANSCRIPT', instructions: 'the numbers' },
      new AbortController().signal,
    );
    return { outcome, asked, requests: words.requests };
  }

  test('it makes this one, of the messages as they are and by our instructions', async () => {
    const { outcome, asked, requests } = startWithCompact(says('S'), []);
    expect(await outcome).toEqual({ ok: true, value: { text: 'S', model: 'scripted', usage, cost: 0.5 } });
    expect(asked).toEqual([[{ ...request, messages }, expect.stringMatching(/keep in mind: the numbers$/)]]);
    expect(requests).toEqual([]);
  });

  test.each([
    { name: 'refuses', own: fails('invalid_request'), cost: 0.5 },
    { name: 'has a problem of its own', own: fails('server_error'), cost: 0.5 },
    { name: 'gives none', own: [message([], { stop: 'refusal' })], cost: 1 },
  ])('and $name, the model is asked in words', async ({ own, cost }) => {
    const { outcome, requests } = startWithCompact(own, [says('S')]);
    expect(await outcome).toMatchObject({ ok: true, value: { text: 'S', cost } });
    expect(requests).toMatchObject([{ tools: request.tools, messages: [...messages, { role: 'user' }] }]);
  });

  test.each([
    { name: 'refused as too long', own: fails('context_full') },
    { name: 'found too long to be summarised', own: [message([], { stop: 'context_full' })] },
  ])('what is $name there is not asked for in words, but from a transcript', async ({ own }) => {
    const { outcome, requests } = startWithCompact(own, [says('S')]);
    expect(await outcome).toMatchObject({ ok: true });
    expect(requests).toMatchObject([{ tools: [], messages: [{ role: 'user' }] }]);
    expect(JSON.stringify(requests)).toContain('TRANSCRIPT');
  });

  test('a failure that words would not mend is told', async () => {
    const { outcome } = startWithCompact(fails('billing_error'), []);
    expect(await outcome).toEqual({ ok: false, problem: 'API Error: billing_error' });
  });
});

test.each([
  {
    name: 'a failure that less would not mend',
    script: [fails('rate_limit')],
    problem: 'API Error: rate_limit',
  },
  {
    name: 'a model that is always too small',
    script: Array.from({ length: 4 }, () => fails('context_full')),
    problem: 'API Error: context_full',
  },
  {
    name: 'a model that says nothing',
    script: Array.from({ length: 4 }, () => [message([{ type: 'text', text: ' ' }])]),
    problem: 'The model gave no summary. Try again.',
  },
])('$name is told', async ({ script, problem }) => {
  const { outcome } = start(script);
  expect(await outcome).toEqual({ ok: false, problem });
});

test('it can be stopped', async () => {
  const { outcome, abort } = start([
    async function* (_request, signal) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      yield* says('too late');
    },
  ]);
  abort.abort();
  expect(await outcome).toEqual({ ok: false, problem: 'It was stopped.' });
});

test('a model that breaks is a bug, not a summary that failed', async () => {
  const { outcome } = start([[]]);
  await expect(outcome).rejects.toThrow('the model ended without a message');
});

test('a summary is cut where it is too long to be carried on', async () => {
  const { outcome } = start([says('x'.repeat(50_000))]);
  const made = await outcome;
  expect(made.ok && made.value.text.length).toBe(40_000);
});
