import { expect, test } from 'vitest';
import { judge, type PermissionRules } from '#agent/permissions.ts';
import type { PermissionMode } from '#protocol/server-event.ts';

const none: PermissionRules = { allow: [], ask: [], deny: [] };
const use = (name: string, input: Record<string, unknown> = {}) =>
  ({ type: 'tool_use', id: '1', name, input }) as const;
const verdict = (
  name: string,
  input: Record<string, unknown>,
  setting: { mode: PermissionMode; rules?: Partial<PermissionRules> },
) =>
  judge(
    use(name, input),
    { effects: ['Read', 'Grep', 'WebFetch'].includes(name) ? 'reads' : 'workspace' },
    {
      mode: setting.mode,
      rules: { ...none, ...setting.rules },
      sessionId: 'session-1',
    },
  ).kind;

test.each<[tool: string, mode: PermissionMode, verdict: string]>([
  ['Read', 'default', 'allow'],
  ['Write', 'default', 'ask'],
  ['Bash', 'default', 'ask'],
  ['Write', 'acceptEdits', 'allow'],
  ['Bash', 'acceptEdits', 'ask'],
  ['Read', 'plan', 'allow'],
  ['Write', 'plan', 'deny'],
  ['Bash', 'plan', 'deny'],
  ['TodoWrite', 'plan', 'allow'],
  ['Bash', 'bypassPermissions', 'allow'],
])('%s in mode %s: %s', (tool, mode, expected) => {
  expect(verdict(tool, {}, { mode })).toBe(expected);
});

test.each<[rule: string, tool: string, input: Record<string, unknown>, matches: boolean]>([
  ['Bash', 'Bash', { command: 'anything' }, true],
  ['Bash(git *)', 'Bash', { command: 'git log' }, true],
  ['Bash(git *)', 'Bash', { command: 'gitlog' }, false],
  ['Bash(rm *)', 'Bash', { command: 'ls && rm -rf x' }, true],
  ['Bash(rm *)', 'Bash', { command: 'echo form x' }, false],
  ['Bash(rm *)', 'Bash', { command: 'ls; rm x' }, true],
  ['Bash(rm *)', 'Bash', { command: 'rm\t-rf x' }, true],
  ['Bash(rm *)', 'Bash', { command: 'A=1 sudo "rm" x' }, true],
  ['Bash(rm *)', 'Bash', { command: '$CMD x' }, true],
  ['Bash(rm *)', 'Bash', { command: 'echo "rm x" | bash' }, true],
  ['Bash(rm *)', 'Bash', { command: 'bash -c "ls"' }, false],
  ['Bash(rm *)', 'Bash', { command: 'echo "please rm x"' }, false],
  ['Bash(rm *)', 'Bash', { command: 'git commit -m "form x"' }, false],
  ['Write(output/**)', 'Write', { file_path: '/workspace/output/a/b.md' }, true],
  ['Write(output/**)', 'Write', { file_path: 'output/a.md' }, true],
  ['Write(output/**)', 'Write', { file_path: '/workspace/input/a.md' }, false],
  ['Write(output/**)', 'Write', { file_path: 'output/../input/a.md' }, false],
  ['Write(input/**)', 'Write', { file_path: '/workspace/output/../input/a.md' }, true],
  ['Write(input/**)', 'Write', { file_path: './input//a.md' }, true],
  ['Write(input/**)', 'Write', { file_path: '//workspace/input/a.md' }, true],
  ['Write(/workspace/input/**)', 'Write', { file_path: 'input/a.md' }, true],
  ['send_file_to_chat(input/**)', 'send_file_to_chat', { file_path: '/workspace/input/a.md' }, true],
  ['send_file_to_chat(input/**)', 'send_file_to_chat', { file_path: 'session-1/input/a.md' }, true],
  ['send_file_to_chat(input/**)', 'send_file_to_chat', { file_path: 'session-1/./input//a.md' }, true],
  ['send_file_to_chat(input/**)', 'send_file_to_chat', { file_path: 'session-1//workspace/input/a' }, true],
  ['send_file_to_chat(session-1/**)', 'send_file_to_chat', { file_path: 'session-1/a.md' }, true],
  ['send_file_to_chat(input/**)', 'send_file_to_chat', { file_path: 'session-2/input/a.md' }, false],
  ['Read(input/**)', 'Read', { file_path: 'session-1/input/a.md' }, false],
  ['Write(*.md)', 'Write', { file_path: '/workspace/a.md' }, true],
  ['Write(*.md)', 'Write', { file_path: '/workspace/a.mdx' }, false],
  ['Write(a*a)', 'Write', { file_path: 'a' }, false],
  ['Write', 'Edit', { file_path: 'a' }, false],
  ['Write(output/**)', 'Write', {}, false],
])('the rule %s and %s %j: %s', (rule, tool, input, matches) => {
  expect(verdict(tool, input, { mode: 'bypassPermissions', rules: { deny: [rule] } })).toBe(
    matches ? 'deny' : 'allow',
  );
});

test('deny beats ask, ask beats allow, and a rule beats the mode', () => {
  const all = { deny: ['Bash'], ask: ['Bash'], allow: ['Bash'] };
  expect(verdict('Bash', {}, { mode: 'default', rules: all })).toBe('deny');
  expect(verdict('Bash', {}, { mode: 'default', rules: { ...all, deny: [] } })).toBe('ask');
  expect(verdict('Bash', {}, { mode: 'default', rules: { allow: ['Bash'] } })).toBe('allow');
  expect(verdict('Bash', {}, { mode: 'bypassPermissions', rules: { ask: ['Bash'] } })).toBe('ask');
  expect(verdict('Read', { file_path: 'x' }, { mode: 'default', rules: { ask: ['Read'] } })).toBe('ask');
});

test.each([
  'A=1 git log',
  'git log > x',
  'git log "$(rm x)"',
  'git log `rm x`',
  'sudo git log',
  'git log\nrm x',
])('an allow rule does not let %j through', (command) => {
  expect(verdict('Bash', { command }, { mode: 'default', rules: { allow: ['Bash(git *)'] } })).toBe('ask');
});

test('an allow rule for one command of a line does not let the others through', () => {
  expect(
    verdict(
      'Bash',
      { command: 'git log && rm -rf .' },
      { mode: 'default', rules: { allow: ['Bash(git *)'] } },
    ),
  ).toBe('ask');
  expect(
    verdict(
      'Bash',
      { command: 'git log | git show' },
      { mode: 'default', rules: { allow: ['Bash(git *)'] } },
    ),
  ).toBe('allow');
});
