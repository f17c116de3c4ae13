import highlighter from 'highlight.js/lib/core';
import typescript from 'highlight.js/lib/languages/typescript';
import { describe, expect, test } from 'vitest';
import { readMcpToolName, toolTitle } from '#protocol/mcp-tool-name.ts';
import { dayGroup } from '#web/core/day-groups.ts';
import { highlightRanges } from '#web/core/highlight-ranges.ts';
import { linkParts } from '#web/core/link-parts.ts';
import { readContent, writeContent } from '#web/core/message-content.ts';
import { readRoute, signInPath } from '#web/core/router.ts';
import { cutLines, presentOutput } from '#web/core/tool-output.ts';
import { summarizeTool, viewTool } from '#web/core/tool-view.ts';
import { visibleName } from '#web/core/visible-name.ts';

test.each([
  { path: '/', search: '', route: { page: 'start' } },
  { path: '/s/ab-1_Z', search: '', route: { page: 'session', id: 'ab-1_Z' } },
  { path: '/s/../x', search: '', route: { page: 'start' } },
  { path: '/nowhere', search: '', route: { page: 'start' } },
  { path: '/login', search: '', route: { page: 'sign-in', from: '/' } },
  { path: '/login', search: '?from=%2Fs%2Fx', route: { page: 'sign-in', from: '/s/x' } },
  { path: '/login', search: '?from=//evil.example', route: { page: 'sign-in', from: '/' } },
  { path: '/login', search: '?from=/%5Cevil.example', route: { page: 'sign-in', from: '/' } },
  { path: '/login', search: '?from=https://evil.example', route: { page: 'sign-in', from: '/' } },
  { path: '/login', search: '?from=/login', route: { page: 'sign-in', from: '/' } },
])('$path$search', ({ path, search, route }) => {
  expect(readRoute(path, search)).toEqual(route);
});

test('the way back after signing in is left out when it is the start', () => {
  expect([signInPath('/'), signInPath('/s/x'), signInPath('/login')]).toEqual([
    '/login',
    '/login?from=%2Fs%2Fx',
    '/login',
  ]);
});

describe('a tool card', () => {
  test.each([
    { name: 'Bash', input: { command: 'ls  -la\n&& pwd' }, line: 'ls -la && pwd' },
    { name: 'Bash', input: { command: 'x'.repeat(80) }, line: `${'x'.repeat(59)}…` },
    { name: 'Read', input: { file_path: '/a/b.txt' }, line: 'b.txt' },
    { name: 'Grep', input: { pattern: 'a.b', path: 'src' }, line: 'a.b in src' },
    { name: 'WebFetch', input: { url: 'https://example.com/a' }, line: 'https://example.com/a' },
    { name: 'WebFetch', input: { url: 7 }, line: '' },
    { name: 'Write', input: { file_path: '/a/b.txt' }, line: '' },
    { name: 'mcp__x__y', input: { command: 'ls' }, line: '' },
    { name: 'Bash', input: { command: 7 }, line: '' },
    { name: 'WebSearch', input: { query: 'bees' }, line: 'bees' },
    { name: 'WebSearch', input: { query: 'bees', allowed_domains: ['a.b', 'c.d'] }, line: 'bees · a.b, c.d' },
    { name: 'WebSearch', input: { query: 7 }, line: '' },
    { name: 'Skill', input: { skill: 'data-summary', args: 'a.csv' }, line: 'data-summary' },
    { name: 'TaskCreate', input: { subject: 'Fix the login test' }, line: 'Fix the login test' },
    { name: 'TaskUpdate', input: { taskId: '3', status: 'completed' }, line: '#3 · done' },
    { name: 'TaskUpdate', input: { taskId: '3', status: 'toString', subject: 'New' }, line: '#3 · New' },
    { name: 'TaskGet', input: { taskId: '3' }, line: '#3' },
    { name: 'TodoWrite', input: { todos: [] }, line: '0 of 0 done' },
    { name: 'TodoWrite', input: { todos: [{ content: 'x', status: 'odd' }] }, line: '' },
  ])('$name $input in one line: $line', ({ name, input, line }) => {
    expect(summarizeTool(name, input)).toBe(line);
  });

  test('says search, task and list in labelled values', () => {
    expect([
      viewTool('WebSearch', { query: 'bees', allowed_domains: [], blocked_domains: ['a.b'] }),
      viewTool('TaskUpdate', { taskId: '3', status: 'in_progress', addBlockedBy: ['1', '2'], owner: '' }),
      viewTool('TodoWrite', {
        todos: [
          { content: 'one', status: 'completed' },
          { content: 'two', status: 'in_progress', activeForm: 'doing two' },
        ],
      }),
    ]).toEqual([
      {
        kind: 'facts',
        line: 'bees',
        facts: [
          ['query', 'bees'],
          ['without', 'a.b'],
        ],
      },
      {
        kind: 'facts',
        line: '#3 · in progress',
        facts: [
          ['task', '#3'],
          ['status', 'in progress'],
          ['after', '1, 2'],
        ],
      },
      {
        kind: 'todos',
        line: '1 of 2 done · two',
        todos: [
          { content: 'one', status: 'completed' },
          { content: 'two', status: 'in_progress' },
        ],
      },
    ]);
  });

  test('shows input of an unexpected form as it is', () => {
    expect(viewTool('Edit', { file_path: 'a' })).toEqual({ kind: 'json', json: '{\n  "file_path": "a"\n}' });
  });

  test.each([
    { name: 'colours', output: '\u001b[1;31mred\u001b[0m', shown: 'red' },
    { name: 'a window title', output: '\u001b]0;title\u0007text', shown: 'text' },
    { name: 'JSON', output: '{"a":[1]}', shown: '{\n  "a": [\n    1\n  ]\n}' },
    { name: 'what only begins like JSON', output: '[note] x', shown: '[note] x' },
  ])('presents $name', ({ output, shown }) => {
    expect(presentOutput(output)).toEqual({ kind: 'text', text: shown });
  });

  const url = 'https://files.example/r?sig=a';
  test.each([
    { name: 'all told', made: { type: 'file', filename: 'r.pdf', url, size_bytes: 9 }, shown: [9, url] },
    { name: 'no address', made: { filename: 'r.pdf', size_bytes: 0 }, shown: [0, null] },
    { name: 'a script', made: { filename: 'r.pdf', url: 'javascript:alert(1)' }, shown: [null, null] },
    { name: 'an address in words', made: { filename: 'r.pdf', url: `see ${url}` }, shown: [null, null] },
    { name: 'a user in it', made: { filename: 'r.pdf', url: 'https://a@b.example' }, shown: [null, null] },
  ])('presents a file that a tool made: $name', ({ made, shown: [size, href] }) => {
    expect(presentOutput(JSON.stringify({ action: 'deliver_file', _standalone_file: made }))).toEqual({
      kind: 'file',
      name: 'r.pdf',
      size,
      href,
    });
  });

  test('presents a file of another form as the JSON that it is', () => {
    const output = '{"_standalone_file":{"filename":7}}';
    expect(presentOutput(output)).toEqual({
      kind: 'text',
      text: JSON.stringify(JSON.parse(output), null, 2),
    });
  });

  test('cuts long output, but not for the sake of a single line', () => {
    expect([cutLines('1\n2\n3\n4', 2), cutLines('1\n2\n3', 2)]).toEqual(['1\n2', null]);
  });
});

test.each([
  { at: '2026-03-10T00:00:00', group: 'today' },
  { at: '2026-03-09T23:59:59', group: 'yesterday' },
  { at: '2026-03-08T23:59:59', group: 'lastWeek' },
  { at: '2026-03-03T00:00:00', group: 'lastWeek' },
  { at: '2026-03-02T23:59:59', group: 'older' },
])('$at is $group on the tenth of March', ({ at, group }) => {
  expect(dayGroup(Date.parse(at), Date.parse('2026-03-10T15:00:00'))).toBe(group);
});

test('a prompt with files reads back as it was written', () => {
  const content = { text: 'look', files: ['input/a.txt', 'input/b [1].txt'] };
  expect(readContent(asList(writeContent(content)))).toEqual(content);
  expect(readContent([{ type: 'image', source: {} }, 7, { type: 'text', text: 'x' }])).toEqual({
    text: 'x',
    files: ['image'],
  });
});
const asList = (content: string | unknown[]): unknown[] => (typeof content === 'string' ? [] : content);

test('the colours of code stand where its words stand', () => {
  highlighter.registerLanguage('typescript', typescript);
  const code = 'const a = "<b> & \'c\'"; // ü';
  const { value } = highlighter.highlight(code, { language: 'typescript' });
  expect(highlightRanges(value, code).map(({ from, to, kind }) => [kind, code.slice(from, to)])).toEqual([
    ['keyword', 'const'],
    ['string', '"<b> & \'c\'"'],
    ['comment', '// ü'],
  ]);
  expect(highlightRanges('<span class="hljs-keyword">other</span>', code)).toEqual([]);
});

test('marks that turn or hide letters of a name are shown', () => {
  expect(visibleName('photo\u202egpj.exe')).toBe('photo⟨202E⟩gpj.exe');
  expect(visibleName('日本語 👩‍👧.txt')).toBe('日本語 👩‍👧.txt');
});

test.each([
  { name: 'mcp__tickets__find', read: { server: 'tickets', tool: 'find' }, title: 'find · tickets' },
  { name: 'mcp__a_b__find__all', read: { server: 'a_b', tool: 'find__all' }, title: 'find__all · a_b' },
  { name: 'mcp__tickets__', read: null, title: 'mcp__tickets__' },
  { name: 'Bash', read: null, title: 'Bash' },
])('$name is called $title', ({ name, read, title }) => {
  expect([readMcpToolName(name), toolTitle(name)]).toEqual([read, title]);
});

test.each([
  { name: 'in prose', text: 'See https://a.b/c?d=1. Then', links: ['https://a.b/c?d=1'] },
  { name: 'in brackets', text: '(http://a.b) [x](https://c.d/e)', links: ['http://a.b/', 'https://c.d/e'] },
  {
    name: 'in JSON',
    text: '{"url": "https://a.b/c\\nhttps://d.e"}',
    links: ['https://a.b/c', 'https://d.e/'],
  },
  { name: 'of another kind', text: 'javascript:alert(1) file:///etc data:text/html,x //a.b', links: [] },
  { name: 'with letters that look like others', text: 'https://\u0430pple.com https://a\u202e.b', links: [] },
  { name: 'with a user name', text: 'https://bank.example@evil.example/', links: [] },
  { name: 'that is none', text: 'https:// https://: http://[', links: [] },
])('addresses $name', ({ text, links }) => {
  const parts = linkParts(text);
  expect(parts.flatMap(({ href }) => href ?? [])).toEqual(links);
  expect(parts.map((part) => part.text).join('')).toBe(text);
});
