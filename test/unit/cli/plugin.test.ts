import { symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { addMarketplace, install, list, remove, update } from '#cli/plugin/verbs.ts';
import { run } from './run-in-process.ts';
import {
  commit,
  git,
  marketplace,
  newFolder,
  newProject,
  plugin,
  put,
  repository,
  within,
  type Files,
} from './plugin-project.ts';

const hash = expect.stringMatching(/^sha256-[0-9a-f]{64}$/);

const rich: Files = {
  ...plugin('rich', { version: '1.2.0', description: 'Has all.' }),
  'skills/tidy/SKILL.md': 'x',
  'agents/editor.md': 'x',
  'commands/go.md': 'x',
  'hooks/hooks.json': '{}',
  '.mcp.json': JSON.stringify({
    mcpServers: { far: { url: 'https://a.example/mcp' }, near: { command: 'npx' } },
  }),
};

afterEach(() => vi.unstubAllEnvs());

test('from a git address: the files of that commit are in plugins/, and the lock file says whence', async () => {
  const { address, commit: first, folder } = repository(rich);
  git(folder, 'tag', 'v1');
  const second = commit(folder, { 'commands/go.md': 'newer' });
  const project = newProject();

  expect(await project.run((call) => install(call, `${address}#v1`))).toEqual({
    problem: undefined,
    out: `rich 1.2.0: Has all.
  skills         tidy
  subagents      editor
  commands       /go
  MCP servers    far (https://a.example/mcp), near (runs npx; not used here)
  not used here  hooks
  files          6, 1 KB
Installed: plugins/rich.
To give it to agents, add it to their \`plugins\` in agents.yaml: - path: ./plugins/rich
`,
  });
  expect(project.read('plugins/rich/commands/go.md')).toBe('x');
  expect(project.has('plugins/rich/.git')).toBe(false);
  const locked = { marketplace: null, source: address, path: '', hash, version: '1.2.0' };
  expect(project.lock()).toEqual({
    marketplaces: {},
    plugins: { rich: { ...locked, ref: 'v1', commit: first } },
  });

  // A commit by its number, which no branch has to be at
  const other = newProject();
  await other.run((call) => install(call, `${address}#${second}`));
  expect(other.read('plugins/rich/commands/go.md')).toBe('newer');
  expect(other.lock()).toMatchObject({ plugins: { rich: { ref: second, commit: second } } });
});

test('from a marketplace in git, with what it depends on; then list, update and remove', async () => {
  const files = {
    ...marketplace('acme', { top: './plugins/top', base: 'plugins/base' }),
    ...within('plugins/top', plugin('top', { dependencies: ['base'] })),
    ...within('plugins/base', plugin('base', { version: '1' })),
  };
  const { address, folder, commit: first } = repository(files);
  const project = newProject();
  expect((await project.run((call) => addMarketplace(call, address))).out).toBe(
    'Added. It offers: top@acme, base@acme.\n',
  );
  expect((await project.run((call) => install(call, 'top@acme'))).out).toContain(
    'Installed: plugins/top, plugins/base.\nTo give it to agents, add it to their `plugins` in agents.yaml: - top@acme\n',
  );
  const locked = { marketplace: 'acme', source: address, ref: null, commit: first, hash };
  expect(project.lock()).toEqual({
    marketplaces: { acme: address },
    plugins: {
      base: { ...locked, path: 'plugins/base', version: '1' },
      top: { ...locked, path: './plugins/top', version: null },
    },
  });

  const short = first.slice(0, 10);
  project.put({ 'plugins/own/.claude-plugin/plugin.json': '{"name":"own"}', 'plugins/top/more.md': 'x' });
  expect((await project.run(list)).out.replaceAll(/ +/g, ' ')).toBe(
    `base@acme 1 ${address} ${short}\nown made here\ntop@acme ${address} ${short} (files were changed)\n`,
  );

  expect((await project.run((call) => update(call, 'base'))).out).toBe('base is up to date.\n');
  const second = commit(folder, within('plugins/base', plugin('base', { version: '2' })));
  expect((await project.run((call) => update(call, undefined))).out).toContain('Installed: plugins/base.');
  expect(project.has('plugins/top/more.md')).toBe(false);
  expect(project.lock()).toMatchObject({
    plugins: { base: { version: '2', commit: second }, top: { commit: second } },
  });

  expect(await project.run((call) => remove(call, 'base'))).toMatchObject({
    problem: '"base" is needed by top. Remove that first.',
  });
  await project.run((call) => remove(call, 'top'));
  await project.run((call) => remove(call, 'base'));
  expect([project.has('plugins/top'), project.has('plugins/base')]).toEqual([false, false]);
  expect(project.lock()).toEqual({ marketplaces: { acme: address }, plugins: {} });
});

test('a folder is locked by its path from the project, wherever it is', async () => {
  const project = newProject();
  project.put(within('vendor/inner', plugin('inner')));
  const outside = newFolder();
  put(outside, plugin('outer'));
  await project.run((call) => install(call, 'vendor/inner'));
  await project.run((call) => install(call, outside));
  expect(project.lock()).toMatchObject({
    plugins: {
      inner: { source: './vendor/inner', commit: null },
      outer: { source: `../${basename(outside)}`, commit: null },
    },
  });
});

test('an older lock file with whole paths is understood, and written anew with the next change', async () => {
  const project = newProject();
  const outside = newFolder();
  put(outside, { ...within('one', plugin('one')), ...marketplace('acme', { one: './one' }) });
  await project.run((call) => addMarketplace(call, outside));
  await project.run((call) => install(call, 'one@acme'));
  const now = project.lock();
  const place = `../${basename(outside)}`;
  expect(now).toMatchObject({ marketplaces: { acme: place }, plugins: { one: { source: place } } });

  project.put({ 'plugins.lock.json': project.read('plugins.lock.json').replaceAll(place, outside) });
  expect(await project.run((call) => update(call, undefined))).toEqual({
    out: 'one is up to date.\n',
    problem: undefined,
  });
  expect((await project.run((call) => addMarketplace(call, outside))).problem).toBeUndefined();
  expect(project.lock()).toEqual(now);
});

test('nothing comes in before somebody has agreed', async () => {
  const project = newProject();
  project.put(within('x', rich));
  const refused = await project.run((call) => install(call, 'x'), { yes: false });
  expect(refused.problem).toBe(
    'Nothing was installed. Its texts will speak to your model: read them, then say --yes.',
  );
  expect(refused.out).toContain('commands       /go');
  expect((await project.run((call) => install(call, 'x'), { yes: false, typed: 'n' })).problem).toBe(
    'Nothing was installed.',
  );
  expect(project.has('plugins')).toBe(false);
  await project.run((call) => install(call, 'x'), { yes: false, typed: 'y' });
  expect(project.has('plugins/rich/commands/go.md')).toBe(true);
});

test('for a script: JSON and nothing else', async () => {
  const project = newProject();
  project.put(within('x', rich));
  const { out } = await project.run((call) => install(call, 'x'), { json: true });
  expect(JSON.parse(out)).toMatchObject([{ name: 'rich', commands: ['/go'], notUsed: ['hooks'] }]);
  expect(JSON.parse((await project.run(list, { json: true })).out)).toMatchObject([
    { name: 'rich', changed: false },
  ]);
});

test.each<{ name: string; files: Files; typed?: string; problem: string }>([
  { name: 'a folder that is not there', files: {}, typed: 'gone', problem: 'There is no folder ' },
  {
    name: 'a folder that is no plugin',
    files: { 'x/a.md': '' },
    problem: 'plugin.json is not right (it is missing)',
  },
  {
    name: 'a plugin.json that is not JSON',
    files: { 'x/.claude-plugin/plugin.json': '{' },
    problem: '(it is not JSON)',
  },
  {
    name: 'a name that could leave the folder',
    files: within('x', plugin('../evil')),
    problem: '(name: may have 1 to 64 lower-case letters, digits and "-")',
  },
  {
    name: 'a name that is taken',
    files: { ...within('x', plugin('here')), ...within('plugins/here', plugin('here')) },
    problem: 'There is a plugin "here" already; plugins/here was not installed by this command',
  },
  {
    name: 'too many files',
    files: within('x', {
      ...plugin('many'),
      ...Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`f${index}.md`, ''])),
    }),
    problem: 'The plugin "many" is refused: it has more than 500 files.',
  },
  {
    name: 'too much',
    files: within('x', { ...plugin('large'), 'a.bin': 'x'.repeat(5_000_001) }),
    problem: 'The plugin "large" is refused: it is larger than 5 MB.',
  },
  {
    name: 'a dependency nobody knows',
    files: within('x', plugin('needy', { dependencies: ['base'] })),
    problem: 'The plugin "needy" depends on "base", which is not here. Install that first.',
  },
  {
    name: 'a circle with what is there',
    files: {
      ...within('x', plugin('b', { dependencies: ['a'] })),
      ...within('plugins/a', plugin('a', { dependencies: ['b'] })),
    },
    problem: 'in a circle, so none was installed: a → b → a.',
  },
  {
    name: 'a marketplace nobody added',
    files: {},
    typed: 'x@acme',
    problem: 'There is no marketplace "acme"',
  },
  { name: 'plain HTTP', files: {}, typed: 'http://a.example/x.git', problem: 'begins with https://' },
  {
    name: 'an address with a password',
    files: {},
    typed: 'https://me:secret@a.example/x.git',
    problem: 'The address holds a user or a password',
  },
  {
    name: 'a repository that is not there',
    files: {},
    typed: 'file:///nowhere/at/all.git',
    problem: 'git could not fetch file:///nowhere/at/all.git.',
  },
  {
    name: 'an option as a branch',
    files: {},
    typed: 'file:///x#--upload-pack=x',
    problem: 'is not a branch',
  },
])('refused: $name, and nothing is left behind', async ({ files, typed = 'x', problem }) => {
  const project = newProject();
  project.put(files);
  expect((await project.run((call) => install(call, typed))).problem).toContain(problem);
  expect(project.has('plugins.lock.json')).toBe(false);
});

test.each([
  { name: 'a path upwards', source: '../outside', problem: 'leads out of' },
  { name: 'an absolute path', source: '/tmp', problem: 'leads out of' },
  { name: 'a link that leads out', source: 'link', problem: 'leads out of' },
  { name: 'a folder that is not there', source: 'gone', problem: 'There is no folder "gone"' },
  {
    name: 'a folder of this machine',
    source: { source: 'url', url: '/tmp' },
    problem: 'is at /tmp, which is no git address',
  },
  {
    name: 'another kind of source',
    source: { source: 'npm', package: 'x' },
    problem: 'plugins.0.source: must be a path',
  },
])('a marketplace whose plugin is at $name is refused', async ({ source, problem }) => {
  const project = newProject();
  const outside = within('outside', plugin('evil'));
  project.put({ ...outside, ...within('market', marketplace('acme', { evil: source })) });
  symlinkSync(join(project.root, 'outside'), join(project.root, 'market/link'));
  const added = await project.run((call) => addMarketplace(call, 'market'));
  const result = await project.run((call) => install(call, 'evil@acme'));
  expect(added.problem ?? result.problem).toContain(problem);
  expect(project.has('plugins')).toBe(false);
});

test('plugins of a marketplace that need each other in a circle are refused, all of them', async () => {
  const project = newProject();
  project.put(
    within('market', {
      ...marketplace('acme', { a: './a', b: './b', c: './c' }),
      ...within('a', plugin('a', { dependencies: ['b'] })),
      ...within('b', plugin('b', { dependencies: ['c@acme'] })),
      ...within('c', plugin('c', { dependencies: ['a'] })),
    }),
  );
  await project.run((call) => addMarketplace(call, 'market'));
  expect((await project.run((call) => install(call, 'a@acme'))).problem).toBe(
    'These plugins depend on each other in a circle, so none was installed: a → b → c → a.',
  );
  expect(project.has('plugins')).toBe(false);
});

test('a link out of a plugin is refused; one within becomes the file that it leads to', async () => {
  const project = newProject();
  project.put({ ...within('x', { ...plugin('linked'), 'a.md': 'text' }), 'secret.txt': 'secret' });
  symlinkSync('a.md', join(project.root, 'x/b.md'));
  await project.run((call) => install(call, 'x'));
  writeFileSync(join(project.root, 'x/a.md'), 'changed');
  expect(project.read('plugins/linked/b.md')).toBe('text');

  symlinkSync('../secret.txt', join(project.root, 'x/c.md'));
  expect((await project.run((call) => update(call, 'linked'))).problem).toBe(
    'The plugin "linked" is refused: c.md is a link that leads out of the plugin.',
  );
  expect(project.has('plugins/linked/c.md')).toBe(false);
});

test('without git, its absence is said', async () => {
  const project = newProject();
  vi.stubEnv('PATH', '/nowhere');
  expect((await project.run((call) => install(call, 'https://a.example/x.git'))).problem).toBe(
    'git was not found. Install it (git-scm.com), or give a local folder.',
  );
});

test.each([
  { argv: ['plugin', 'instal'], text: 'Did you mean "install"?' },
  { argv: ['plugin', 'install'], text: '<plugin> is missing.' },
  { argv: ['plugin', 'install', 'a', 'b'], text: '"b" is one word too many.' },
  { argv: ['plugin', 'marketplace'], text: 'marketplace add <git address or folder>' },
])('wrong use: $argv', async ({ argv, text }) => {
  const result = await run(argv);
  expect({ code: result.code, out: result.out }).toEqual({ code: 2, out: '' });
  expect(result.err).toContain(text);
});

test('`edgewise plugin list` lists those of this project', async () => {
  const { code, out } = await run(['plugin', 'list']);
  expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/^writing-tools +made here$/m) });
});
