import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ChatEvent } from '#cli/chat/chat-event.ts';
import { parseLine } from '#cli/chat/parse-line.ts';
import { readSse, type SseEvent } from '#lib/read-sse.ts';
import { createMarkdownStream, renderMarkdown } from '#cli/chat/render-markdown.ts';
import { takeNew } from '#cli/chat/stream-position.ts';
import { describeCall } from '#cli/chat/tool-lines.ts';
import { waitingCall } from '#cli/chat/waiting-call.ts';
import { readConfig } from '#cli/config.ts';
import { oneLine, printable } from '#cli/style.ts';
import { startCli } from './run-in-process.ts';

describe('lines of a chat', () => {
  test.each([
    { line: '', expected: { kind: 'empty' } },
    { line: 'hello', expected: { kind: 'prompt', text: 'hello' } },
    { line: '/help', expected: { kind: 'command', name: 'help', argument: '' } },
    { line: ' HELP ', expected: { kind: 'command', name: 'help', argument: '' } },
    { line: '/quit', expected: { kind: 'command', name: 'exit', argument: '' } },
    { line: 'help me', expected: { kind: 'prompt', text: 'help me' } },
    { line: 'resume', expected: { kind: 'command', name: 'resume', argument: '' } },
    { line: 'resume 6f', expected: { kind: 'command', name: 'resume', argument: '6f' } },
    { line: 'resume the work', expected: { kind: 'prompt', text: 'resume the work' } },
    { line: 'search two words', expected: { kind: 'command', name: 'search', argument: 'two words' } },
    { line: 'searching', expected: { kind: 'prompt', text: 'searching' } },
    { line: 'agent coder', expected: { kind: 'command', name: 'agent', argument: 'coder' } },
    { line: 'export', expected: { kind: 'prompt', text: 'export' } },
    { line: '/export a.md', expected: { kind: 'command', name: 'export', argument: 'a.md' } },
    { line: '/nope', expected: { kind: 'other-command', name: 'nope', text: '/nope' } },
    { line: '/etc/hosts is odd', expected: { kind: 'prompt', text: '/etc/hosts is odd' } },
    { line: 'constructor', expected: { kind: 'prompt', text: 'constructor' } },
    { line: '/constructor', expected: { kind: 'other-command', name: 'constructor', text: '/constructor' } },
  ])('$line', ({ line, expected }) => expect(parseLine(line)).toEqual(expected));
});

describe('Markdown in a terminal', () => {
  const B = '\u001B[1m';
  const b = '\u001B[22m';
  const D = '\u001B[2m';
  const C = '\u001B[36m';
  const c = '\u001B[39m';
  test.each([
    { name: 'heading', text: '## Title\n', expected: `${B}Title${b}\n` },
    { name: 'bold in a heading', text: '# A **b** c\n', expected: `${B}A b c${b}\n` },
    { name: 'bold', text: 'a **b** c', expected: `a ${B}b${b} c` },
    { name: 'code', text: 'a `b*c` d', expected: `a ${C}b*c${c} d` },
    { name: 'bullets', text: '- a\n  * b\n', expected: '• a\n  • b\n' },
    { name: 'bold bullet', text: '- **a**: b\n', expected: `• ${B}a${b}: b\n` },
    { name: 'bold line', text: '**a**\n', expected: `${B}a${b}\n` },
    { name: 'quote', text: '> a\n', expected: `${D}│${b} a\n` },
    { name: 'rule', text: '---\n', expected: `${D}${'─'.repeat(40)}${b}\n` },
    { name: 'number', text: '1. a\n10. b\n', expected: '1. a\n10. b\n' },
    { name: 'powers', text: '2 ** 3 * 4\n', expected: '2 ** 3 * 4\n' },
    { name: 'no heading', text: '#hash\n', expected: '#hash\n' },
    { name: 'a mark left open', text: 'a **b\nc', expected: `a ${B}b${b}\nc` },
    {
      name: 'code block',
      text: '```ts\nlet a = 1;\n\n# no heading\n```\nafter',
      expected: `${D}  ts${b}\n${D}    let a = 1;${b}\n${D}    ${b}\n${D}    # no heading${b}\nafter`,
    },
    { name: 'unfinished code block', text: '```\na', expected: `${D}    a${b}` },
    { name: 'code block closed at the very end', text: '```\na\n```', expected: `${D}    a${b}\n` },
  ])('$name', ({ text, expected }) => expect(renderMarkdown(text)).toBe(expected));

  test('does not depend on how the text arrives, and leaves no style on', () => {
    const marks = fc.constantFrom(
      '*',
      '**',
      '`',
      '```',
      '#',
      ' ',
      '\n',
      '- ',
      '> ',
      '1.',
      'a',
      'word',
      '---',
      '~~~',
      '😀',
    );
    fc.assert(
      fc.property(fc.array(marks, { maxLength: 40 }), (parts) => {
        const stream = createMarkdownStream();
        const piecemeal = parts.map((part) => stream.push(part)).join('') + stream.end();
        expect(piecemeal).toBe(renderMarkdown(parts.join('')));
        for (const line of piecemeal.split('\n')) {
          const codes = line.split('\u001B[').slice(1);
          const last = codes.at(-1) ?? '22m';
          expect(last.startsWith('22m') || last.startsWith('39m')).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

test('whatever is repeated after a reconnect, a stream is seen exactly once', () => {
  const delta = (text: string, event_id: number): ChatEvent => ({ type: 'text_delta', text, event_id });
  const text = 'The quick brown 😀 fox';
  fc.assert(
    fc.property(fc.nat(text.length), fc.nat(text.length), fc.nat(text.length), (seen, from, cut) => {
      const start = Math.min(seen, from);
      const middle = Math.max(start, cut);
      let position = seen;
      let shown = text.slice(0, seen);
      for (const [a, b] of [
        [start, middle],
        [middle, text.length],
      ] as const) {
        if (a === b) continue;
        const taken = takeNew(delta(text.slice(a, b), b), position);
        position = taken.position;
        if (taken.event?.type === 'text_delta') shown += taken.event.text;
      }
      expect({ shown, position }).toEqual({ shown: text, position: text.length });
    }),
  );
});

test('server-sent events, however the bytes are cut', async () => {
  const stream =
    'event: a\r\nid: 7\r\ndata: {"x":"é"}\r\n\r\n: ping\n\nevent: b\ndata: 1\ndata: 2\n\ndata:last\r\r';
  const bytes = new TextEncoder().encode(`${stream}\n`);
  const expected: SseEvent[] = [
    { event: 'a', id: '7', data: '{"x":"é"}' },
    { event: 'b', id: '7', data: '1\n2' },
    { event: 'message', id: '7', data: 'last' },
  ];
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 8 }), async (cuts) => {
      const ends = [...cuts, bytes.length].sort((left, right) => left - right);
      async function* body() {
        for (const [index, end] of ends.entries()) yield bytes.subarray(ends[index - 1] ?? 0, end);
      }
      const events: SseEvent[] = [];
      for await (const event of readSse(body())) events.push(event);
      expect(events).toEqual(expected);
    }),
  );
});

describe('text from elsewhere', () => {
  test.each([
    { name: 'escapes', result: printable('\u001B[2Ja\r\u009Bb\tc\nd'), expected: '[2Jab\tc\nd' },
    { name: 'one line', result: oneLine(' a\nb', 10), expected: 'a…' },
    { name: 'too long', result: oneLine('abcdef', 4), expected: 'abc…' },
    { name: 'no half emoji', result: oneLine('ab😀cd', 4), expected: 'ab…' },
    { name: 'a call', result: describeCall('Grep', { path: '.', pattern: 'x' }, 80), expected: 'Grep .' },
    {
      name: 'another call',
      result: describeCall('Todo', { items: [1] }, 80),
      expected: 'Todo {"items":[1]}',
    },
    { name: 'a call of nothing', result: describeCall('Now', {}, 80), expected: 'Now' },
  ])('$name', ({ result, expected }) => expect(result).toBe(expected));
});

describe('where the server is', () => {
  const devVars = 'API_KEY=local-key\nCLI_ADMIN_PASSWORD=local-password\nCLI_USERNAME=me\n';
  const local = {
    apiKey: 'local-key',
    username: 'me',
    environmentPassword: undefined,
    localPassword: 'local-password',
  };
  const stranger = {
    apiKey: undefined,
    username: 'admin',
    environmentPassword: undefined,
    localPassword: undefined,
  };
  test.each([
    {
      name: 'nothing said',
      env: {},
      option: undefined,
      expected: { server: 'http://localhost:7001', ...local },
    },
    {
      name: 'a port',
      env: { API_PORT: '8' },
      option: undefined,
      expected: { server: 'http://localhost:8', ...local },
    },
    {
      name: 'an option',
      env: { API_URL: 'http://a' },
      option: 'http://127.0.0.1:5/',
      expected: { server: 'http://127.0.0.1:5', ...local },
    },
    {
      name: 'a server elsewhere gets no local secret',
      env: {},
      option: 'https://example.com/base/api/v1',
      expected: { server: 'https://example.com/base', ...stranger },
    },
    {
      name: 'the environment wins',
      env: { API_KEY: 'mine', CLI_ADMIN_PASSWORD: 'pw' },
      option: 'https://example.com',
      expected: { server: 'https://example.com', ...stranger, apiKey: 'mine', environmentPassword: 'pw' },
    },
  ])('$name', ({ env, option, expected }) => {
    const { host } = startCli(['--version'], { input: '', env, devVars });
    expect(readConfig(host, option)).toEqual(expected);
  });
});

test('consent is asked for by the name that people read, under the whole of what is to be done', () => {
  const last = 'rm -rf output';
  const input = { id: 7, note: 'x'.repeat(900), script: `cd /tmp\n${'echo \u001B[8m;\n'.repeat(90)}${last}` };
  const call = waitingCall({
    type: 'approval_request',
    approval_id: 'a',
    tool: 'mcp__tickets__close',
    input,
  });
  expect(call?.questions[0]?.question).toBe('Allow close · tickets?');
  const shown =
    call?.shown !== null && call?.shown !== undefined && 'plain' in call.shown ? call.shown.plain : '';
  expect(shown.split('\n')).toEqual([
    '  id: 7',
    `  note: ${'x'.repeat(900)}`,
    '  script:',
    '    cd /tmp',
    ...Array<string>(90).fill('    echo [8m;'),
    `    ${last}`,
  ]);
});

test.each([
  { answers: { 'Carry out this plan?': 'Approve' }, reply: { approved: true, feedback: '' } },
  { answers: { 'Carry out this plan?': 'Reject' }, reply: { approved: false, feedback: '' } },
  { answers: { 'Carry out this plan?': 'Skipped' }, reply: { approved: false, feedback: '' } },
  {
    answers: { 'Carry out this plan?': 'Other: Use a roller' },
    reply: { approved: false, feedback: 'Use a roller' },
  },
  {
    answers: { 'Carry out this plan?': 'Approve with changes', 'What should be different?': 'Other: Blue' },
    reply: { approved: true, feedback: 'Blue' },
  },
  {
    answers: { 'Carry out this plan?': 'Approve with changes', 'What should be different?': 'Skipped' },
    reply: { approved: false, feedback: '' },
  },
])('a plan: $answers', ({ answers, reply }) => {
  const event = {
    type: 'plan_approval',
    plan_id: 'p',
    title: 'T',
    summary: '# T',
    steps: [],
    timeout: 60,
  } as const;
  expect(waitingCall({ ...event, steps: [] })?.frame(answers)).toEqual({
    type: 'plan_approval_response',
    plan_id: 'p',
    ...reply,
  });
});
