import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { whyInstall } from '../../../scripts/bootstrap.mjs';

const lock = '{"lockfileVersion":3}';
const hash = createHash('sha256').update(lock).digest('hex');

/** A project folder with as much installed as the case says. */
function project(parts: { modules?: boolean; node?: boolean; stamp?: string }) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'edgewise-bootstrap-')));
  writeFileSync(join(folder, 'package-lock.json'), lock);
  if (parts.modules) mkdirSync(join(folder, 'node_modules'));
  if (parts.node) {
    mkdirSync(join(folder, 'node_modules/node/bin'), { recursive: true });
    symlinkSync(process.execPath, join(folder, 'node_modules/node/bin/node'));
  }
  if (parts.stamp !== undefined) writeFileSync(join(folder, 'node_modules/.edgewise-lock-hash'), parts.stamp);
  return folder;
}

test.each([
  { name: 'fresh clone', parts: {}, expected: 'nothing is installed yet' },
  { name: 'broken install', parts: { modules: true }, expected: "the project's own Node is missing" },
  {
    name: 'installed by hand',
    parts: { modules: true, node: true },
    expected: 'it is not known which versions are installed',
  },
  {
    name: 'pulled a new lockfile',
    parts: { modules: true, node: true, stamp: 'other' },
    expected: 'package-lock.json has changed',
  },
  {
    name: 'up to date',
    parts: { modules: true, node: true, stamp: `${hash}\n` },
    expected: undefined,
  },
])('install? $name', ({ parts, expected }) => {
  expect(whyInstall(project(parts))).toBe(expected);
});

/** A project with the real bootstrap and one script of its own; nothing is to be installed in it. */
function projectWithScript(source: string) {
  const folder = project({ modules: true, node: true, stamp: hash });
  mkdirSync(join(folder, 'scripts'));
  copyFileSync('scripts/bootstrap.mjs', join(folder, 'scripts/bootstrap.mjs'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'scripts/task.ts'), source);
  return folder;
}

const runFrom = (cwd: string, folder: string, args: string[], env: NodeJS.ProcessEnv = {}) =>
  spawnSync(process.execPath, [join(folder, 'scripts/bootstrap.mjs'), ...args], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });

test('hands arguments, folder, path and exit code over, from whatever folder it was started', () => {
  const folder = projectWithScript(
    'const seen: object = { args: process.argv.slice(2), cwd: process.cwd(), path: process.env.PATH?.split(":")[0] };\n' +
      'console.log(JSON.stringify(seen)); process.exit(7);',
  );
  const { stdout, status } = runFrom(tmpdir(), folder, ['scripts/task.ts', '--port', '1', 'two words']);
  expect(JSON.parse(stdout)).toEqual({
    args: ['--port', '1', 'two words'],
    cwd: folder,
    path: join(folder, 'node_modules/.bin'),
  });
  expect(status).toBe(7);
});

test('a script ended by a signal is not a success', () => {
  const folder = projectWithScript('process.kill(process.pid, "SIGTERM"); setTimeout(() => {}, 10_000);');
  expect(runFrom(folder, folder, ['scripts/task.ts']).status).toBe(143);
});

test('says so when there is no npm', () => {
  const folder = projectWithScript('');
  writeFileSync(join(folder, 'package-lock.json'), '{}');
  const { stdout, stderr, status } = runFrom(folder, folder, ['scripts/task.ts'], {
    PATH: '/nowhere',
    npm_execpath: '',
  });
  expect({ stdout, status }).toEqual({ stdout: '', status: 1 });
  expect(stderr).toContain('because package-lock.json has changed');
  expect(stderr).toContain('npm cannot be started (ENOENT)');
});

test('says so when the install fails, and tries again the next time', () => {
  const folder = projectWithScript('');
  writeFileSync(join(folder, 'package-lock.json'), '{}');
  writeFileSync(join(folder, 'npm-cli.js'), 'process.exit(1);');
  const { stderr, status } = runFrom(folder, folder, ['scripts/task.ts'], {
    npm_execpath: join(folder, 'npm-cli.js'),
  });
  expect(status).toBe(1);
  expect(stderr).toContain('npm install failed');
  expect(whyInstall(folder)).toBe('package-lock.json has changed');
});

test('installs once, outside of the command’s own output', () => {
  const folder = projectWithScript('console.log("ran");');
  writeFileSync(join(folder, 'package-lock.json'), '{}');
  writeFileSync(join(folder, 'npm-cli.js'), 'console.log("npm", process.argv.slice(2).join(" "));');
  const npm_execpath = join(folder, 'npm-cli.js');
  const first = runFrom(folder, folder, ['scripts/task.ts'], { npm_execpath });
  expect(first.stdout).toBe('ran\n');
  expect(first.stderr).toContain('npm install --no-audit --no-fund --loglevel=error');
  const second = runFrom(folder, folder, ['scripts/task.ts'], { npm_execpath });
  expect({ stdout: second.stdout, stderr: second.stderr }).toEqual({ stdout: 'ran\n', stderr: '' });
});
