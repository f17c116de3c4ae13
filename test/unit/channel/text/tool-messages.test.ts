import { expect, test } from 'vitest';
import { fileLink, newSession, sessionRefreshed } from '#channel/text/notices.ts';
import { toolResultMessage } from '#channel/text/tool-result-message.ts';
import { toolUseMessage } from '#channel/text/tool-use-message.ts';

const fenced = (...lines: string[]) => ['```', ...lines, '```'].join('\n');
const numbers = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => String(index + from));

test.each<[string, string, unknown, string]>([
  ['Read', 'Read', { file_path: 'a.md' }, '📄 **Reading**\n`a.md`'],
  [
    'Read, a part',
    'Read',
    { file_path: 'a.md', offset: 10, limit: 5 },
    '📄 **Reading**\n`a.md`\n(from line 10, 5 lines)',
  ],
  ['Read, an end', 'Read', { file_path: 'a.md', offset: 10 }, '📄 **Reading**\n`a.md`\n(from line 10)'],
  ['Read, a beginning', 'Read', { file_path: 'a.md', limit: 5 }, '📄 **Reading**\n`a.md`\n(5 lines)'],
  ['Write', 'Write', { file_path: 'a.md', content: 'x\ny\n' }, '💾 **Saving**\n`a.md`\n(3 lines)'],
  ['Write, empty', 'Write', { file_path: 'a.md', content: '' }, '💾 **Saving**\n`a.md`'],
  [
    'Edit',
    'Edit',
    { file_path: 'x', old_string: 'a\nb', new_string: 'c', replace_all: true },
    '✏️ **Modifying**\n`x`\nreplacing 2 lines with 1 line (all occurrences)',
  ],
  [
    'MultiEdit',
    'MultiEdit',
    {
      file_path: 'x',
      edits: [
        { old_string: 'a', new_string: 'b' },
        { old_string: 'c', new_string: 'd\ne' },
      ],
    },
    '✏️ **Modifying**\n`x`\nreplacing 2 lines with 3 lines',
  ],
  [
    'NotebookEdit',
    'NotebookEdit',
    { notebook_path: 'n.ipynb', new_source: 'a\nb' },
    '✏️ **Modifying**\n`n.ipynb`\nwith 2 lines',
  ],
  [
    'Glob',
    'Glob',
    { pattern: '**/*.ts', path: 'src' },
    '📁 **Finding files**\nPattern: `**/*.ts`\nIn: `src`',
  ],
  [
    'Grep',
    'Grep',
    { pattern: 'x'.repeat(101), path: 'src', glob: '*.ts' },
    `🔍 **Searching**\n\`${'x'.repeat(100)}…\`\nin \`src\`\nfiles: \`*.ts\``,
  ],
  [
    'Bash',
    'Bash',
    { command: 'a\nb\nc\nd\ne', description: 'do' },
    `⚙️ **Executing**\ndo\n${fenced('a', 'b', 'c', '  … (+2 more lines)')}`,
  ],
  ['Bash, long', 'Bash', { command: 'x'.repeat(301) }, `⚙️ **Executing**\n${fenced(`${'x'.repeat(300)}…`)}`],
  [
    'Task',
    'Task',
    { description: 'look', subagent_type: 'researcher', prompt: 'go' },
    `🤖 **Agent task**\n_look_\nType: researcher\n${fenced('go')}`,
  ],
  ['Agent is Task', 'Agent', { description: 'look' }, '🤖 **Agent task**\n_look_'],
  ['WebFetch', 'WebFetch', { url: 'https://a.b/_c_' }, '🌐 **Fetching**\n`https://a.b/_c_`'],
  ['WebSearch', 'WebSearch', { query: 'weather' }, '🔎 **Web search**\n"weather"'],
  [
    'TodoWrite',
    'TodoWrite',
    {
      todos: [
        { content: 'one', status: 'completed' },
        { content: 'two', status: 'in_progress' },
        { content: 'three', status: 'pending' },
      ],
    },
    '📝 **Tasks**\n- [x] one\n- [ ] **two**\n- [ ] three',
  ],
  [
    'a tool of a server',
    'mcp__plugin_email-tools_email_tools__send_gmail',
    { to: 'Zoë' },
    `🔧 **send\\_gmail**\n${fenced('{', '  "to": "Zoë"', '}')}`,
  ],
  ['an empty input', 'Ping', {}, '🔧 **Ping**'],
  ['a field of a wrong form', 'Read', { file_path: 3, limit: 'x' }, '📄 **Reading**'],
  ['no object at all', 'Read', 'a.md', `🔧 **Read**\n${fenced('"a.md"')}`],
  ['backticks in a path', 'Read', { file_path: 'a`b' }, '📄 **Reading**\n``a`b``'],
  ['a fence in a command', 'Bash', { command: 'echo "```"' }, '⚙️ **Executing**\n````\necho "```"\n````'],
])('a call of %s', (_name, tool, input, message) => {
  expect(toolUseMessage(tool, input)).toBe(message);
});

test.each<[string, string | null, string, string]>([
  ['nothing', 'Bash', '', '✅ **Bash** — 0 chars'],
  ['a short Bash', 'Bash', 'hi\n', `✅ **Bash** — 3 chars\n${fenced('hi')}`],
  [
    'a long Bash',
    'Bash',
    numbers(9).join('\n'),
    `✅ **Bash** — 17 chars\n${fenced('0', '1', '2', '  … (9 lines total)', '7', '8')}`,
  ],
  [
    'Glob',
    'Glob',
    numbers(12).join('\n'),
    `✅ **Glob** — 25 chars\n12 files found:\n${numbers(8)
      .map((line) => `  ${line}`)
      .join('\n')}\n  … (+4 more)`,
  ],
  ['Grep', 'Grep', 'a_b.ts', '✅ **Grep** — 6 chars\n1 matches:\n  a\\_b.ts'],
  [
    'a long Read',
    'Read',
    numbers(7).join('\n'),
    `✅ **Read** — 13 chars\n${fenced('0', '1', '2', '3', '4', '  … (7 lines total)')}`,
  ],
  ['Write', 'Write', 'The file was written.', '✅ **Write** — 21 chars'],
  ['a file that follows', 'send_file_to_chat', '{}', '✅ **send\\_file\\_to\\_chat** — 2 chars'],
  ['WebSearch', 'WebSearch', 'a\nb\nc\nd\ne', '✅ **WebSearch** — 9 chars\na\nb\nc\nd\n…'],
  ['another tool', 'Ping', 'pong', '✅ **Ping** — 4 chars\npong'],
  [
    'another tool, long',
    'Ping',
    ['x'.repeat(101), 'b', 'c', 'd', 'e'].join('\n'),
    `✅ **Ping** — ~100 chars\n${'x'.repeat(101)}\nb\nc\n… (5 lines)`,
  ],
  ['an unknown call', null, 'x', '✅ **Tool** — 1 chars\nx'],
])('a result of %s', (_name, tool, content, message) => {
  expect(toolResultMessage(tool, content, false)).toBe(message);
});

test('a failed call shows its last five lines', () => {
  expect(toolResultMessage('Bash', 'l1\nl2\nl3\nl4\nl5\nl6\n', true)).toBe(
    `❌ **Bash failed**\n${fenced('l2', 'l3', 'l4', 'l5', 'l6')}`,
  );
  expect(toolResultMessage('Bash', ' ', true)).toBe('❌ **Bash failed**');
});

test.each([
  [99, '99 chars'],
  [100, '~100 chars'],
  [1550, '~1.6K chars'],
  [9999, '~10.0K chars'],
  [10_000, '~10K chars'],
])('%i characters are %s', (count, shown) => {
  expect(toolResultMessage('Write', 'x'.repeat(count), false)).toBe(`✅ **Write** — ${shown}`);
});

test.each([
  [1023, '1023 B'],
  [2047, '1 KB'],
  [12 * 1024 * 1024, '12.0 MB'],
])('a link tells the size of %i bytes as %s', (size, shown) => {
  expect(fileLink('a_b.pdf', size, 'https://e.w/api/v1/files/dl/a.b')).toBe(
    `📎 **a\\_b.pdf** (${shown})\n<https://e.w/api/v1/files/dl/a.b>\n⏰ Link expires in 24h`,
  );
});

test('the notices of a new session begin with a line, the name and a title', () => {
  expect(sessionRefreshed('Edgewise').split('\n').slice(0, 5)).toEqual([
    '─',
    '✦ **Edgewise**',
    '',
    'Session Refreshed',
    '',
  ]);
  expect(newSession('Edgewise').split('\n').slice(0, 5)).toEqual([
    '─',
    '✦ **Edgewise**',
    '',
    'New Session Started',
    '',
  ]);
});
