import { expect, test } from 'vitest';
import type { ChatEvent } from '#cli/chat/chat-event.ts';
import { createPrinter } from '#cli/chat/printer.ts';
import { styleFor } from '#cli/style.ts';
import { startCli } from './run-in-process.ts';

/** What stands on the screen after events and, as strings, lines that came in between. */
function screen(events: readonly (ChatEvent | string)[]): string {
  let text = '';
  const add = (more: string) => void (text += more);
  const style = styleFor(startCli(['--version'], { input: '' }).host);
  const printer = createPrinter({ answer: add, aside: add, style, width: () => 60 });
  for (const event of events) {
    if (typeof event === 'string') printer.interject(event);
    else printer.show(event);
  }
  return text;
}

const delta = (text: string): ChatEvent => ({ type: 'text_delta', text });
const whole = (text: string): ChatEvent => ({ type: 'assistant_text', text });
const begin: ChatEvent = { type: 'session_id', session_id: 's' };

test.each([
  {
    name: 'a connection lost in mid-sentence does not say the sentence twice',
    events: [begin, delta('Hello '), '(lost)', delta('world'), whole('Hello world')],
    expected: 'Hello \n(lost)\nworld\n',
  },
  {
    name: 'a turn that was interrupted begins its sentence again',
    events: [begin, delta('Hel'), { type: 'turn_resumed' }, delta('Hello'), whole('Hello')],
    expected: 'Hel\nThe server was interrupted; it says this again from the beginning:\n\nHello\n',
  },
  {
    name: 'another answer than the one that was streamed',
    events: [begin, delta('Hel'), whole('Good day')],
    expected:
      'Hel\nThe connection to the model broke while it answered. Here is the whole answer:\n\nGood day\n',
  },
  {
    name: 'joined in the middle of a sentence',
    events: [delta('world'), whole('Hello world'), delta('Next'), whole('Next')],
    expected: 'world\n\nNext\n',
  },
  {
    name: 'two texts of one message, which the whole joins by a blank line',
    events: [begin, delta('One.'), delta('Two.'), whole('One.\n\nTwo.')],
    expected: 'One.Two.\n',
  },
  {
    name: 'the link of a sign-in, whole',
    events: [
      { type: 'tool_use', id: 'u', name: 'mcp__tickets__sign_in', input: {} },
      {
        type: 'tool_result',
        tool_use_id: 'u',
        content: `The user has to sign in: http://localhost:7001/api/v1/mcp/oauth/start/${'x'.repeat(43)}\nShow it.`,
        is_error: null,
      },
    ],
    expected:
      '● sign_in · tickets\n  ⎿ The user has to sign in: http://localhost:7001/api/v1…\n    Show it.\n' +
      `  http://localhost:7001/api/v1/mcp/oauth/start/${'x'.repeat(43)}\n`,
  },
  {
    name: 'thoughts, and a subagent’s call',
    events: [
      { type: 'content_block', block: { type: 'ThinkingBlock', thinking: 'Hm.\n' } },
      { type: 'text_delta', text: 'not for you', parent_tool_use_id: 't' },
      { type: 'tool_use', id: 'u', name: 'Read', input: { file_path: 'a' }, parent_tool_use_id: 't' },
    ],
    expected: '✻ Hm.\n  ● Read a\n',
  },
  {
    name: 'a tool of an MCP server',
    events: [
      { type: 'tool_use', id: 'a', name: 'mcp__tickets__find', input: { query: 'bees' } },
      { type: 'tool_use', id: 'b', name: 'Read', input: { file_path: 'a' } },
      { type: 'tool_result', tool_use_id: 'a', content: 'none', is_error: null },
    ],
    expected: '● find · tickets bees\n● Read a\n  find · tickets:\n  ⎿ none\n',
  },
  {
    name: 'a file that a tool made',
    events: [
      {
        type: 'tool_result',
        tool_use_id: 'x',
        content: '{"_standalone_file":{"filename":"a.pdf","url":"http://h/a"}}',
        is_error: null,
      },
    ],
    expected: '  ⎿ 📄 a.pdf\n    http://h/a\n',
  },
  ...[
    { type: 'audio', size: 1536, shown: '🎵 a.x (1.5 KB)' },
    { type: 'video', size: 0, shown: '🎬 a.x (0.0 B)' },
    { type: 'image', size: 1024 * 1024, shown: '🖼️ a.x (1.0 MB)' },
    { type: 'file', size: 1023, shown: '📄 a.x (1023.0 B)' },
  ].map(({ type, size, shown }) => ({
    name: `a file of ${size} bytes: ${type}`,
    events: [
      {
        type: 'tool_result' as const,
        tool_use_id: 'x',
        content: JSON.stringify({
          action: 'deliver_file',
          _standalone_file: { type, url: `http://h/${'a'.repeat(300)}`, filename: 'a.x', size_bytes: size },
        }),
        is_error: null,
      },
    ],
    expected: `  ⎿ ${shown}\n    http://h/${'a'.repeat(300)}\n`,
  })),
] satisfies { name: string; events: (ChatEvent | string)[]; expected: string }[])(
  '$name',
  ({ events, expected }) => {
    expect(screen(events)).toBe(expected);
  },
);
