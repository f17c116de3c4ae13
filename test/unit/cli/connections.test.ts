import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { FakeConnections, linkedAda } from '#test/support/fake-connections.ts';
import { FakeEdgewise, say } from '#test/support/fake-edgewise.ts';
import { run } from './run-in-process.ts';

const env = { API_KEY: 'key', CLI_ADMIN_PASSWORD: 'secret' };
const server = new FakeEdgewise(({ prompt }) => say(prompt));
let url = '';

beforeAll(async () => {
  url = await server.start();
});
afterAll(() => server.stop());
beforeEach(() => {
  server.links = new FakeConnections();
});

const edgewise = (...words: string[]) => run([...words, '--api-url', url], { env });

describe('mcp', () => {
  const docs = { name: 'docs', state: 'ready', tools: 12, problem: null, signed_in: false } as const;
  const tickets = {
    name: 'tickets',
    state: 'sign_in',
    tools: null,
    problem: null,
    signed_in: false,
  } as const;
  const far = { ...tickets, name: 'far', state: 'unavailable', problem: 'It cannot be reached.' } as const;
  const mail = { name: 'mail', state: 'ready', tools: 1, problem: null, signed_in: true } as const;

  test('servers, as they stand', async () => {
    expect(await edgewise('mcp', 'servers')).toEqual({
      code: 0,
      out: 'Your agents use no MCP servers. docs/mcp.md shows how to add one.\n',
      err: '',
    });
    server.links.servers = [docs, tickets, far, mail];
    expect((await edgewise('mcp', 'servers')).out).toBe(
      'docs                ready, 12 tools\n' +
        'tickets             needs you to sign in: npx edgewise mcp sign-in tickets\n' +
        'far                 not available: It cannot be reached.\n' +
        'mail     signed in  ready, 1 tool\n',
    );
    expect(JSON.parse((await edgewise('mcp', 'servers', '--json')).out)).toEqual([docs, tickets, far, mail]);
  });

  test('signing in and out', async () => {
    server.links.servers = [tickets, mail];
    expect(await edgewise('mcp', 'sign-in', 'tickets')).toEqual({
      code: 0,
      out: 'https://signin.example/start\n',
      err: 'Open this address in a browser within 10 minutes, to sign in there as yourself.\n',
    });
    expect(JSON.parse((await edgewise('mcp', 'sign-in', 'tickets', '--json')).out)).toEqual({
      name: 'tickets',
      url: 'https://signin.example/start',
    });
    expect((await edgewise('mcp', 'sign-out', 'mail')).out).toBe('Signed out of mail.\n');
    expect(server.links.servers[1]).toMatchObject({ name: 'mail', signed_in: false });
    expect(JSON.parse((await edgewise('mcp', 'sign-out', 'mail', '--json')).out)).toEqual({
      name: 'mail',
      status: 'signed_out',
    });
  });

  test.each([
    { words: ['sign-in', 'far'], code: 1, err: 'far offers no sign-in.' },
    { words: ['sign-in', 'nobody'], code: 5, err: 'There is no MCP server of that name' },
    { words: ['sign-out', 'nobody'], code: 5, err: 'There is no MCP server of that name' },
    { words: ['sign-in'], code: 2, err: '<name> is missing.' },
    { words: ['servers', 'x'], code: 2, err: '"x" is one word too many.' },
    { words: ['signin', 'x'], code: 2, err: 'Did you mean "sign-in"?' },
    { words: ['token', 'lsit'], code: 2, err: 'Did you mean "token list"?' },
    { words: ['toString'], code: 2, err: 'There is no `mcp toString`.' },
    { words: [], code: 2, err: '`npx edgewise mcp` needs a verb.' },
  ])('refused: mcp $words', async ({ words, code, err }) => {
    server.links.servers = [far];
    const result = await edgewise('mcp', ...words);
    expect({ code: result.code, out: result.out }).toEqual({ code, out: '' });
    expect(result.err).toContain(err);
  });
});

describe('link', () => {
  test('makes a code and says what to do with it', async () => {
    expect(await edgewise('link')).toEqual({
      code: 0,
      out: 'KX7P-2M41\n',
      err:
        'Send this to the bot in your messenger: /link KX7P-2M41\n' +
        'It works once, for 10 minutes; an earlier code has ended.\n',
    });
    const { code, out, err } = await edgewise('link', '--json');
    expect({ code, err, value: JSON.parse(out) }).toEqual({
      code: 0,
      err: '',
      value: { code: 'KX7P-2M42', expires_at: expect.stringMatching(/^\d{4}-/) },
    });
  });

  test('enters a code, lists what is linked, and ends it', async () => {
    server.links.shown.set('AAAA-BBBB', linkedAda).set('CCCC-DDDD', {
      ...linkedAda,
      id: 'i2',
      platform: 'whatsapp',
      platform_user_id: '+84901234567',
      name: null,
    });
    expect((await edgewise('link', '--list')).out).toBe(
      'No chat is linked. `npx edgewise link` makes a code for one.\n',
    );
    expect((await edgewise('link', 'AAAA-BBBB')).out).toBe('Linked: Telegram, Ada (4711).\n');
    expect(JSON.parse((await edgewise('link', 'CCCC-DDDD', '--json')).out)).toMatchObject({ id: 'i2' });
    expect((await edgewise('link', '--list')).out).toBe(
      'i1  Telegram  linked 2026-11-01  Ada (4711)\ni2  WhatsApp  linked 2026-11-01  +84901234567\n',
    );
    expect(JSON.parse((await edgewise('link', '--list', '--json')).out)).toHaveLength(2);
    expect((await edgewise('link', '--remove', 'i1')).out).toBe('Unlinked.\n');
    expect(JSON.parse((await edgewise('link', '--remove', 'i2', '--json')).out)).toEqual({
      id: 'i2',
      status: 'deleted',
    });
    expect(server.links.identities).toEqual([]);
  });

  test.each([
    { words: ['nope'], code: 5, err: 'The code is wrong or has expired.' },
    { words: ['--remove', 'i9'], code: 5, err: 'Identity not found' },
    { words: ['a', 'b'], code: 2, err: '"b" is one word too many.' },
    { words: ['--list', 'a'], code: 2, err: '"a" is one word too many.' },
    { words: ['--list', '--remove', 'a'], code: 2, err: 'Either --list or --remove.' },
    { words: ['--remove'], code: 2, err: '--remove needs a value.' },
    { words: ['--lits'], code: 2, err: 'Did you mean --list?' },
  ])('refused: link $words', async ({ words, code, err }) => {
    // Nothing after a last `--remove` may become its value
    const result = await run(['link', '--api-url', url, ...words], { env });
    expect({ code: result.code, out: result.out }).toEqual({ code, out: '' });
    expect(result.err).toContain(err);
  });

  test('what a name or an address brings along cannot move the cursor', async () => {
    server.links.identities = [{ ...linkedAda, name: 'A\u001b[2Jda' }];
    expect((await edgewise('link', '--list')).out).toContain('A[2Jda');
  });
});

test.each(['mcp', 'link'])('%s --help', async (name) => {
  const { code, out, err } = await run([name, '--help']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toContain(`edgewise ${name} `);
});
