import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { FakeEdgewise, say } from '#test/support/fake-edgewise.ts';
import { run, startCli } from './run-in-process.ts';

const env = { API_KEY: 'key', CLI_ADMIN_PASSWORD: 'secret' };
const server = new FakeEdgewise(({ prompt }) => say(prompt));
let url = '';

beforeAll(async () => {
  url = await server.start();
});
afterAll(() => server.stop());
beforeEach(() => {
  server.sessions.clear();
  server.tokenSeconds = 1800;
  server.revoked.clear();
});

test.each([
  { name: 'nothing', argv: [], code: 2, text: 'Commands:' },
  { name: 'an unknown command', argv: ['chta'], code: 2, text: 'Did you mean "chat"?' },
  { name: 'an unknown option', argv: ['chat', '--agnet', 'x'], code: 2, text: 'Did you mean --agent?' },
  { name: 'an option without value', argv: ['chat', '--agent'], code: 2, text: '--agent needs a value.' },
  { name: 'a wrong choice', argv: ['chat', '--mode', 'carrier'], code: 2, text: '--mode: ws or sse.' },
  { name: 'a wrong number', argv: ['serve', '--port', 'x'], code: 2, text: '--port: not a number.' },
  { name: 'a word too many', argv: ['chat', 'hello'], code: 2, text: '"hello" is one word too many.' },
  { name: 'an unknown verb', argv: ['sessions', 'shwo'], code: 2, text: 'Did you mean "show"?' },
  { name: 'a missing word', argv: ['sessions', 'show'], code: 2, text: '<id> is missing.' },
  { name: 'no address', argv: ['agents', '--api-url', 'x'], code: 2, text: 'is not the address of a server' },
  {
    name: 'nobody there',
    argv: ['agents', '--api-url', 'http://127.0.0.1:9'],
    code: 4,
    text: 'Cannot reach http://127.0.0.1:9.',
  },
])('wrong use, $name: one line on standard error and the code', async ({ argv, code, text }) => {
  const result = await run(argv);
  expect({ code: result.code, out: result.out }).toEqual({ code, out: '' });
  expect(result.err).toContain(text);
});

test.each([
  { name: 'no API key', env: {}, argv: ['agents'], code: 3, text: 'set API_KEY' },
  { name: 'no password', env: { API_KEY: 'key' }, argv: ['sessions'], code: 3, text: 'Not signed in to' },
  {
    name: 'a wrong password',
    env: { API_KEY: 'key', CLI_ADMIN_PASSWORD: 'guess' },
    argv: ['chat', '-p', 'x'],
    code: 3,
    text: 'Signing in as admin failed: Invalid username or password.',
  },
  { name: 'an unknown agent', env, argv: ['chat', '-a', 'x'], code: 5, text: 'There are: general, coder.' },
  { name: 'an unknown session', env, argv: ['chat', '-s', 'x'], code: 5, text: 'There is no such session' },
  {
    name: 'one over SSE',
    env,
    argv: ['chat', '-s', 'x', '--mode', 'sse'],
    code: 5,
    text: 'There is no session x',
  },
  { name: 'one to show', env, argv: ['sessions', 'show', 'x'], code: 5, text: 'There is no session x' },
  {
    name: 'one to rename',
    env,
    argv: ['sessions', 'rename', 'x', 'y'],
    code: 5,
    text: "Session 'x' not found",
  },
])('refused, $name', async ({ env: given, argv, code, text }) => {
  const result = await run([...argv, '--api-url', url], { env: given });
  expect({ code: result.code, out: result.out }).toEqual({ code, out: '' });
  expect(result.err).toContain(text);
});

test.each([['--help'], ['chat', '--help'], ['help', 'sessions'], ['--version']])('%s %s', async (...argv) => {
  const { code, out, err } = await run(argv);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/edgewise|^\d+\.\d+\.\d+\n$/);
});

describe('lists', () => {
  test('for a person', async () => {
    const { out } = await run(['agents', '--api-url', url], { env });
    expect(out).toBe('general  * General  Helps with anything\ncoder    Coder      Writes code\n');
  });
  test.each([
    { what: 'agents', expected: [{ agent_id: 'general' }, { agent_id: 'coder' }] },
    { what: 'subagents', expected: [{ name: 'reviewer', focus: 'Reads code' }] },
    { what: 'skills', expected: [] },
    { what: 'commands', expected: [{ name: 'summarize', argument_hint: '[file]' }] },
    { what: 'sessions', expected: [] },
  ])('$what for a script', async ({ what, expected }) => {
    const { code, out, err } = await run([what, '--json', '--api-url', url], { env });
    expect({ code, err, value: JSON.parse(out) }).toMatchObject({ code: 0, err: '', value: expected });
  });
});

test('sessions: list, search, show, rename, export, delete', async () => {
  await run(['chat', '-p', 'about bees', '--api-url', url], { env });
  const id = [...server.sessions.keys()][0] ?? '';
  const sessions = (...words: string[]) => run(['sessions', ...words, '--api-url', url], { env });

  expect((await sessions()).out).toBe(`${id}  2026-11-01 08:00  1 turn  about bees\n`);
  expect((await sessions('search', 'bees')).out).toContain('…bees…');
  expect((await sessions('search', 'wasps')).out).toBe('Nothing found for "wasps".\n');
  expect((await sessions('show', id)).out).toBe('\nYou: about bees\n\nabout bees\n');
  expect((await sessions('rename', id, 'All', 'about', 'bees')).out).toContain(
    'is now called All about bees.',
  );
  expect((await sessions('export', id, '--format', 'jsonl')).out).toBe('jsonl of about bees\n');
  const file = join(mkdtempSync(join(tmpdir(), 'edgewise-export-')), 'bees.md');
  expect((await sessions('export', id, '-o', file)).out).toBe('');
  expect(readFileSync(file, 'utf8')).toBe('markdown of about bees\n');
  expect((await sessions('delete', id)).out).toBe('Deleted.\n');
  expect(server.sessions.size).toBe(0);
});

describe('usage', () => {
  const usage = (...words: string[]) => run(['usage', ...words, '--api-url', url], { env });
  const line = '1 turn  1 step  2,010 in  75% cached  5 out  $0.0125\n';

  test('by day, with the sum', async () => {
    expect((await usage()).out).toBe('Nothing used in these days.\n');
    await run(['chat', '-p', 'about bees', '--api-url', url], { env });
    expect((await usage('--days', '7')).out).toBe(`2026-11-01  ${line}total       ${line}`);
    expect(JSON.parse((await usage('--json')).out)).toMatchObject({
      total: { turns: 1, cost_usd: 0.0125 },
      days: [{ day: '2026-11-01', turns: 1 }],
    });
  });

  test('of a session', async () => {
    server.submit('abc', 'x', 'm');
    expect((await usage('--session', 'abc')).out).toBe(`abc  ${line}`);
    expect(JSON.parse((await usage('-s', 'abc', '--json')).out)).toMatchObject({
      session_id: 'abc',
      turns: 1,
    });
    expect(await usage('--session', 'nobody')).toMatchObject({ code: 5, out: '' });
  });

  test.each(['0', '367', 'x', '1.5'])('of %s days is refused', async (days) => {
    const { code, out, err } = await usage('--days', days);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('--days: a number from 1 to 366.');
  });
});

test('at a terminal, deleting asks', async () => {
  server.submit('abc', 'x', 'm');
  const person = startCli(['sessions', 'delete', 'abc', '--api-url', url], { env });
  await person.seen('Delete session abc with all files? [y/N]');
  person.type('\r');
  expect(await person.code).toBe(130);
  expect(server.sessions.size).toBe(1);
});

describe('signing in', () => {
  const home = () => mkdtempSync(join(tmpdir(), 'edgewise-home-'));
  const fileOf = (folder: string) => join(folder, 'edgewise', 'credentials.json');

  test('is kept, private, without the password, and used from then on', async () => {
    const XDG_CONFIG_HOME = home();
    const login = await run(['login', '--username', 'ann', '--password-stdin', '--api-url', url], {
      input: 'secret\n',
      env: { XDG_CONFIG_HOME, API_KEY: 'key' },
    });
    expect(login).toEqual({ code: 0, out: `Signed in to ${url} as ann.\n`, err: '' });
    expect(statSync(fileOf(XDG_CONFIG_HOME)).mode & 0o777).toBe(0o600);
    expect(readFileSync(fileOf(XDG_CONFIG_HOME), 'utf8')).not.toContain('secret');
    const sessions = await run(['sessions', '--json', '--api-url', url], { env: { XDG_CONFIG_HOME } });
    expect(sessions).toEqual({ code: 0, out: '[]\n', err: '' });
  });

  test('tokens are exchanged before they expire, and when the server refuses them', async () => {
    const XDG_CONFIG_HOME = home();
    server.tokenSeconds = 60;
    await run(['login', '--password-stdin', '--api-url', url], {
      input: 'secret',
      env: { XDG_CONFIG_HOME, API_KEY: 'key' },
    });
    server.tokenSeconds = 1800;
    server.requests.length = 0;
    const list = () => run(['sessions', '--json', '--api-url', url], { env: { XDG_CONFIG_HOME } });
    expect((await list()).code).toBe(0);
    expect((await list()).code).toBe(0);
    expect(server.requests).toEqual(['POST /auth/ws-token-refresh', 'GET /sessions', 'GET /sessions']);

    const keptToken = () => {
      const kept: Record<string, { token: string }> = JSON.parse(
        readFileSync(fileOf(XDG_CONFIG_HOME), 'utf8'),
      );
      return kept[url]?.token ?? '';
    };
    server.revoked.add(keptToken());
    expect((await list()).code).toBe(0);
    server.revoked.add(keptToken());
    const chat = await run(['chat', '-p', 'hi', '--api-url', url], { env: { XDG_CONFIG_HOME } });
    expect(chat).toEqual({ code: 0, out: 'hi\n', err: '[1 turn, $0.0123, 1.2 s]\n' });
  });

  test('an expired login says what to do', async () => {
    const XDG_CONFIG_HOME = home();
    server.tokenSeconds = -10;
    await run(['login', '--password-stdin', '--api-url', url], {
      input: 'secret',
      env: { XDG_CONFIG_HOME, API_KEY: 'key' },
    });
    server.refreshTokens.clear();
    const { code, err } = await run(['sessions', '--api-url', url], { env: { XDG_CONFIG_HOME } });
    expect({ code, err }).toEqual({
      code: 3,
      err: `The login at ${url} has expired. Run \`npx edgewise login\` again.\n`,
    });
  });

  test('logout revokes and forgets', async () => {
    const XDG_CONFIG_HOME = home();
    const of = { env: { XDG_CONFIG_HOME, API_KEY: 'key' } };
    await run(['login', '--password-stdin', '--api-url', url], { input: 'secret', ...of });
    const held = server.refreshTokens.size;
    expect(await run(['logout', '--api-url', url], of)).toEqual({
      code: 0,
      out: `Signed out of ${url}.\n`,
      err: '',
    });
    expect(server.refreshTokens.size).toBe(held - 1);
    expect((await run(['sessions', '--api-url', url], of)).code).toBe(3);
    expect((await run(['logout', '--api-url', url], of)).out).toBe(`You were not signed in to ${url}.\n`);
  });

  test('the password is asked for at a terminal and not shown', async () => {
    const person = startCli(['sessions', '--json', '--api-url', url], { env: { API_KEY: 'key' } });
    await person.seen('Password of admin');
    person.type('secret\r');
    expect(await person.code).toBe(0);
    expect(person.out() + person.err()).not.toContain('secret');
  });

  test('.dev.vars serves the server on this machine', async () => {
    const devVars = `API_KEY="key"\nCLI_ADMIN_PASSWORD=secret\nAPI_URL=${url}\n`;
    expect(await run(['sessions', '--json'], { devVars })).toEqual({ code: 0, out: '[]\n', err: '' });
  });
});

test('the real program, in a pipe', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['src/cli/main.ts', 'sessions', '--nope'], {
    encoding: 'utf8',
  });
  expect({ status, stdout, stderr }).toEqual({
    status: 2,
    stdout: '',
    stderr: 'There is no option --nope. See `npx edgewise sessions --help`.\n',
  });
});
