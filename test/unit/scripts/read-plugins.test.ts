import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hashFolder } from '#cli/plugin/plugin-files.ts';
import { readCommands } from '../../../scripts/read-commands.ts';
import { readPlugins } from '../../../scripts/read-plugins.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'plugins-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const put = (files: Record<string, string>) => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
};
const manifest = (name: string, more: object = {}) => ({
  [`plugins/${name}/.claude-plugin/plugin.json`]: JSON.stringify({ name, ...more }),
});
const skill = (name: string, body = 'Do it.') =>
  `---\nname: ${name}\ndescription: Does ${name}.\n---\n${body}\n`;
const read = () => readPlugins(root, ['Read']);

test('a plugin with everything, each part under its name, its own paths leading to the workspace', () => {
  put({
    ...manifest('p', { version: '2.0', description: 'All.', author: { name: 'A' } }),
    'plugins/p/skills/tidy/SKILL.md': skill('tidy', 'Run ${CLAUDE_PLUGIN_ROOT}/skills/tidy/a.sh'),
    'plugins/p/skills/tidy/a.sh': '. ${CLAUDE_PLUGIN_ROOT}/skills/tidy/b.sh\n',
    'plugins/p/commands/go.md': 'Go.',
    'plugins/p/agents/editor.md': '---\nname: editor\ndescription: Edits.\n---\nEdit.',
    'plugins/p/.mcp.json': '{"far":{"url":"https://a.example/mcp"}}',
    'plugins/p/README.md': 'x',
  });
  expect(read()).toEqual({
    warnings: [],
    plugins: [
      {
        name: 'p',
        description: 'All.',
        version: '2.0',
        folder: 'plugins/p',
        installedAs: null,
        dependencies: [],
        skills: [
          {
            name: 'p:tidy',
            description: 'Does tidy.',
            body: 'Run /workspace/.skills/p/skills/tidy/a.sh',
            files: [{ path: 'a.sh', text: '. /workspace/.skills/p/skills/tidy/b.sh\n' }],
          },
        ],
        commands: [{ name: 'p:go', description: 'Go.', argumentHint: null, body: 'Go.' }],
        subagents: [
          {
            id: 'p:editor',
            name: 'p:editor',
            description: 'Edits.',
            focus: 'Edits.',
            prompt: 'Edit.',
            tools: [],
            model: 'sonnet',
            inherits: ['tools', 'model'],
          },
        ],
        mcpServers: [
          {
            name: 'plugin_p_far',
            url: 'https://a.example/mcp',
            headers: {},
            timeoutSeconds: 60,
            transport: 'http',
          },
        ],
      },
    ],
  });
});

test('what is broken is a line with file, line and field, and the rest of the plugin works', () => {
  put({
    ...manifest('p'),
    'plugins/p/skills/good/SKILL.md': skill('good'),
    'plugins/p/skills/bad/SKILL.md': '# no front matter\n',
    'plugins/p/commands/good.md': 'Look: !`git status`',
    'plugins/p/commands/bad.md': '---\ndescription: 5\n---\nx',
    'plugins/p/commands/deep/er.md': 'x',
    'plugins/p/agents/bad.md': '---\nname: other\ndescription: x\n---\nx',
    'plugins/p/hooks/hooks.json': '{}',
    'plugins/p/commands/lost.md': 'See ${CLAUDE_PLUGIN_ROOT}/data.md',
  });
  const { plugins, warnings } = read();
  expect(plugins.map(({ skills, commands }) => [...skills, ...commands].map(({ name }) => name))).toEqual([
    ['p:good', 'p:good', 'p:lost'],
  ]);
  expect(warnings).toEqual([
    expect.stringMatching(/^plugins\/p\/skills\/bad\/SKILL\.md:1:1 has no front matter/),
    'plugins/p/commands/deep: folders in here are not read; put its files into plugins/p/commands',
    expect.stringMatching(/^plugins\/p\/commands\/bad\.md:2:1 description: /),
    expect.stringMatching(/^plugins\/p\/commands\/good\.md: a command between !` and ` is not run/),
    'plugins/p/agents/bad.md:2:1 name: must be the name of the file, "bad"',
    'plugins/p/hooks/hooks.json: hooks of plugins are not used',
    expect.stringMatching(/^plugins\/p\/commands\/lost\.md: \$\{CLAUDE_PLUGIN_ROOT\} leads to a file/),
  ]);
});

test.each<{ name: string; files: Record<string, string>; plugins?: string[]; warnings: unknown[] }>([
  {
    name: 'a folder without plugin.json',
    files: { 'plugins/x/a.md': '' },
    warnings: ['plugins/x/.claude-plugin/plugin.json: is missing, so plugins/x is no plugin'],
  },
  {
    name: 'a plugin.json with a wrong field',
    files: { 'plugins/x/.claude-plugin/plugin.json': '{\n  "name": "x",\n  "dependencies": ["../y"]\n}' },
    warnings: [
      expect.stringMatching(/^plugins\/x\/\.claude-plugin\/plugin\.json:3:20 dependencies\.0: must be/),
    ],
  },
  {
    name: 'one that agents.yaml names and that is not there',
    files: {
      'agents.yaml':
        '_defaults:\n  plugins:\n    - path: ./plugins/gone\nagents:\n  a:\n    plugins: [x@acme]\n',
    },
    warnings: [
      'agents.yaml:3:7 _defaults.plugins.0: there is no working plugin in ./plugins/gone',
      'agents.yaml:6:15 agents.a.plugins.0: there is no such plugin here; `npx edgewise plugin install x@acme` brings it',
    ],
  },
  {
    name: 'a name that two have',
    files: {
      ...manifest('x'),
      'other/.claude-plugin/plugin.json': '{"name":"x"}',
      'agents.yaml': '_defaults:\n  plugins:\n    - path: ./other\n',
    },
    plugins: ['x'],
    warnings: [
      'other: is left out, because plugins/x is called x too',
      'agents.yaml:3:7 _defaults.plugins.0: there is no working plugin in ./other',
    ],
  },
  {
    name: 'a circle',
    files: {
      ...manifest('a', { dependencies: ['b@acme'] }),
      ...manifest('b', { dependencies: ['a'] }),
      ...manifest('c'),
    },
    plugins: ['c'],
    warnings: ['plugins: a → b → a depend on each other in a circle, so they are left out'],
  },
  {
    name: 'a dependency that is not there',
    files: manifest('a', { dependencies: ['b'] }),
    plugins: ['a'],
    warnings: ['plugins/a: the plugin "b", which it depends on, is not there'],
  },
  {
    name: 'a lock file that is none',
    files: { ...manifest('a'), 'plugins.lock.json': '{"plugins":[]}' },
    plugins: ['a'],
    warnings: [expect.stringMatching(/^plugins\.lock\.json:1:2 plugins: /)],
  },
])('$name is said, and nothing else is lost', ({ files, plugins = [], warnings }) => {
  put(files);
  const found = read();
  expect({ plugins: found.plugins.map(({ name }) => name), warnings: found.warnings }).toEqual({
    plugins,
    warnings,
  });
});

test('the lock file gives a plugin its name with the marketplace, and tells when files were changed', () => {
  put({
    ...manifest('a'),
    'plugins/a/b.md': 'one\ntwo\n',
    'agents.yaml': 'agents:\n  x: { plugins: [a@acme] }\n',
  });
  const hash = hashFolder(join(root, 'plugins/a'));
  const locked = { marketplace: 'acme', source: 'x', ref: null, commit: null, path: '', hash, version: null };
  put({ 'plugins.lock.json': JSON.stringify({ plugins: { a: locked } }) });
  expect(read()).toMatchObject({ plugins: [{ installedAs: 'a@acme' }], warnings: [] });

  // As a checkout on Windows has it
  put({ 'plugins/a/b.md': 'one\r\ntwo\r\n' });
  expect(read().warnings).toEqual([]);
  put({ 'plugins/a/b.md': 'one\nthree\n' });
  expect(read().warnings).toEqual([
    'plugins/a: its files are not those that were installed; `npx edgewise plugin update a` brings those back',
  ]);
});

test("the project's own commands", () => {
  put({ '.claude/commands/go.md': '---\ndescription: Goes.\n---\nGo.', '.claude/commands/bad name.md': 'x' });
  expect(readCommands(root)).toEqual({
    commands: [{ name: 'go', description: 'Goes.', argumentHint: null, body: 'Go.' }],
    problems: [expect.stringContaining('.claude/commands/bad name.md: ')],
  });
});

test('a project without plugins has none', () => {
  expect(read()).toEqual({ plugins: [], warnings: [] });
});
