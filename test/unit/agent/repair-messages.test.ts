import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { repairMessages } from '#agent/repair-messages.ts';
import type { AssistantBlock, Message, ToolResultBlock, UserBlock } from '#protocol/message.ts';
import { refusals } from './accepted-messages.ts';

const text = (words: string) => ({ type: 'text', text: words }) as const;
const thinking = (signature: string) => ({ type: 'thinking', thinking: 'Hm.', signature }) as const;
const redacted = { type: 'redacted_thinking', data: 'opaque' } as const;
const call = (id: string, name = 'Read', input = { a: 1 }) =>
  ({ type: 'tool_use', id, name, input }) as const;
const result = (
  id: string,
  content: ToolResultBlock['content'] = 'ok',
  is_error = false,
): ToolResultBlock => ({
  type: 'tool_result',
  tool_use_id: id,
  content,
  is_error,
});
const image = (data: string) =>
  ({ type: 'image', source: { type: 'base64', media_type: 'image/png', data } }) as const;
const lost = (id: string) => result(id, 'The result of this call was lost. It may have run or not.', true);
const user = (...content: UserBlock[]): Message => ({ role: 'user', content });
const assistant = (...content: AssistantBlock[]): Message => ({ role: 'assistant', content });

// What no schema lets through, but a row of an older version might hold
const listInput: AssistantBlock = JSON.parse('{"type":"tool_use","id":"a","name":"Read","input":[1]}');
const nullInput: AssistantBlock = JSON.parse('{"type":"tool_use","id":"a","name":"Read","input":null}');
const tiff: UserBlock = JSON.parse(
  '{"type":"image","source":{"type":"base64","media_type":"image/tiff","data":"AAAA"}}',
);

describe('what is sent instead', () => {
  test.each<{ name: string; messages: Message[]; sent: Message[] }>([
    {
      name: 'a call without a result gets an error',
      messages: [
        user(text('hi')),
        assistant(call('a'), call('b')),
        user(result('b')),
        assistant(text('x')),
        user(text('y')),
      ],
      sent: [
        user(text('hi')),
        assistant(call('a'), call('b')),
        user(result('b'), lost('a')),
        assistant(text('x')),
        user(text('y')),
      ],
    },
    {
      name: 'a call with no message after it gets one',
      messages: [user(text('hi')), assistant(call('a'))],
      sent: [user(text('hi')), assistant(call('a')), user(lost('a'))],
    },
    {
      name: 'a result without a call is dropped',
      messages: [
        user(result('z'), text('hi')),
        assistant(call('a')),
        user(result('a'), result('a', 'again'), result('q')),
      ],
      sent: [user(text('hi')), assistant(call('a')), user(result('a'))],
    },
    {
      name: 'a result that comes too late is no result',
      messages: [
        user(text('hi')),
        assistant(call('a')),
        user(text('stop')),
        assistant(text('ok')),
        user(result('a')),
      ],
      sent: [
        user(text('hi')),
        assistant(call('a')),
        user(lost('a'), text('stop')),
        assistant(text('ok')),
        user(text('Go on.')),
      ],
    },
    {
      name: 'results come first, also from a second message',
      messages: [
        user(text('hi')),
        assistant(call('a'), call('b')),
        user(text('x'), result('b')),
        user(result('a'), text('y')),
      ],
      sent: [
        user(text('hi')),
        assistant(call('a'), call('b')),
        user(result('b'), result('a'), text('x'), text('y')),
      ],
    },
    {
      name: 'an input that is no object is empty',
      messages: [
        user(text('hi')),
        assistant(listInput),
        user(result('a')),
        assistant(nullInput),
        user(result('a')),
      ],
      sent: [
        user(text('hi')),
        assistant({ type: 'tool_use', id: 'a', name: 'Read', input: {} }),
        user(result('a')),
        assistant({ type: 'tool_use', id: 'a_2', name: 'Read', input: {} }),
        user(result('a_2')),
      ],
    },
    {
      name: 'an id that comes twice in one answer, and ids and names as others make them',
      messages: [
        user(text('hi')),
        assistant(call('call.0', 'functions.Read'), call('call.0'), call('', '')),
        user(result('call.0', 'first'), result('call.0', 'second'), result('', 'third')),
      ],
      sent: [
        user(text('hi')),
        assistant(call('call_0', 'functions_Read'), call('call_0_2'), call('call', 'unknown')),
        user(result('call_0', 'first'), result('call_0_2', 'second'), result('call', 'third')),
      ],
    },
    {
      name: 'blank texts and messages of nothing are dropped, and what they parted is joined',
      messages: [user(text('hi')), assistant(text(' \n')), user(text(''), text('there'))],
      sent: [user(text('hi'), text('there'))],
    },
    {
      name: 'the user begins, answers, and ends',
      messages: [assistant(text('a')), assistant(text('b '))],
      sent: [
        user(text('Go on.')),
        assistant(text('a')),
        user(text('Go on.')),
        assistant(text('b ')),
        user(text('Go on.')),
      ],
    },
    {
      name: 'thinking stays where it is signed and something follows',
      messages: [
        user(text('hi')),
        assistant(thinking('s'), redacted, call('a')),
        user(result('a')),
        assistant(thinking(''), text('x'), thinking('late')),
        user(text('y')),
        assistant(thinking('alone')),
        user(text('z')),
      ],
      sent: [
        user(text('hi')),
        assistant(thinking('s'), redacted, call('a')),
        user(result('a')),
        assistant(text('x')),
        user(text('y'), text('z')),
      ],
    },
    {
      name: 'images that would be refused become notes, also in results',
      messages: [
        user(image('A'.repeat(5_242_881)), tiff, image(''), image('AAAA')),
        assistant(call('a')),
        user(result('a', [image('A'.repeat(5_242_881)), text(' ')])),
      ],
      sent: [
        user(
          text('[Here was an image that the model cannot be shown.]'),
          text('[Here was an image that the model cannot be shown.]'),
          text('[Here was an image that the model cannot be shown.]'),
          image('AAAA'),
        ),
        assistant(call('a')),
        user(result('a', [text('[Here was an image that the model cannot be shown.]')])),
      ],
    },
    {
      name: 'an error with an image is no error: the API takes only text in one',
      messages: [user(text('hi')), assistant(call('a')), user(result('a', [image('AAAA')], true))],
      sent: [
        user(text('hi')),
        assistant(call('a')),
        user({ type: 'tool_result', tool_use_id: 'a', content: [image('AAAA')] }),
      ],
    },
    { name: 'nothing at all', messages: [], sent: [user(text('Go on.'))] },
  ])('$name', ({ messages, sent }) => {
    expect(repairMessages(messages)).toEqual(sent);
    expect(refusals(sent)).toEqual([]);
  });
});

const id = fc.constantFrom('a', 'b', 'c.1', 'c_1', '');
const words = fc.constantFrom('', ' ', 'x', 'y ', '\n');
const media = fc.constantFrom<UserBlock>(image('AAAA'), image(''), tiff, {
  type: 'image',
  source: { type: 'url', url: 'file:///x' },
});
const textBlock = words.map(text);
const content = fc.oneof(
  words,
  fc.array(fc.oneof(textBlock, fc.constantFrom(image('AAAA'), image(''))), { maxLength: 2 }),
);
const userMessage = fc
  .array(
    fc.oneof(
      textBlock,
      media,
      fc.tuple(id, content, fc.boolean()).map((each) => result(...each)),
    ),
    { maxLength: 4 },
  )
  .map((blocks) => user(...blocks));
const assistantMessage = fc
  .array(
    fc.oneof(
      textBlock,
      fc.constantFrom<AssistantBlock>(thinking(''), thinking('s'), redacted, listInput),
      fc.tuple(id, fc.constantFrom('Read', 'a.b', '')).map((each) => call(...each)),
    ),
    { maxLength: 4 },
  )
  .map((blocks) => assistant(...blocks));
const transcript = fc.array(fc.oneof(userMessage, assistantMessage), { maxLength: 9 });

fc.configureGlobal({ numRuns: 1000 });

describe('for every transcript', () => {
  test('the API takes what is sent', () => {
    fc.assert(
      fc.property(transcript, (messages) => {
        expect(refusals(repairMessages(messages))).toEqual([]);
      }),
    );
  });

  test('a second repair changes no byte, so one that the API takes is left as it is', () => {
    fc.assert(
      fc.property(transcript, (messages) => {
        const once = repairMessages(messages);
        expect(JSON.stringify(repairMessages(once))).toBe(JSON.stringify(once));
        if (refusals(messages).length === 0) expect(once).toEqual(messages);
      }),
    );
  });

  test('what was sent to get an answer is the beginning of what is sent later, block for block', () => {
    const blocks = (messages: readonly Message[]) =>
      repairMessages(messages).flatMap(({ role, content: all }) =>
        all.map((block) => JSON.stringify({ role, block })),
      );
    fc.assert(
      fc.property(transcript, (messages) => {
        const all = blocks(messages);
        for (const [index, { role }] of messages.entries()) {
          if (role !== 'assistant') continue;
          const before = blocks(messages.slice(0, index));
          expect(all.slice(0, before.length)).toEqual(before);
        }
      }),
    );
  });

  test('the input is not touched', () => {
    fc.assert(
      fc.property(transcript, (messages) => {
        const before = JSON.stringify(messages);
        repairMessages(messages);
        expect(JSON.stringify(messages)).toBe(before);
      }),
    );
  });
});
