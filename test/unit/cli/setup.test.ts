import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { goodStatus, startFakeAdminServer, type FakeAdminServer } from '#test/support/fake-admin-server.ts';
import { run } from './run-in-process.ts';

const env = { API_KEY: 'key', CLI_ADMIN_PASSWORD: 'secret' };
let server: FakeAdminServer;
beforeEach(async () => {
  server = await startFakeAdminServer();
});
afterEach(() => server.close());

const cli = (...argv: string[]) => run([...argv, '--api-url', server.url], { env });

describe('edgewise setup', () => {
  test('sets up, says what is left to do, and how it stands', async () => {
    server.setUps.set('telegram', { steps: ['@edgewise_bot is there.'], status: goodStatus('telegram') });
    expect(await cli('setup', 'telegram')).toEqual({
      code: 0,
      out: '@edgewise_bot is there.\n\n✓ Token: valid, @edgewise_bot\n✓ Webhook: https://edgewise.example/hook\n',
      err: '',
    });
  });

  test('names what is missing where the platform is not configured, and no value of what is set', async () => {
    const result = await run(['setup', 'zalo', '--api-url', server.url], {
      env,
      devVars: 'ZALO_APP_ID=1234\nZALO_APP_SECRET=\n',
    });
    expect({ code: result.code, out: result.out }).toEqual({ code: 1, out: '' });
    expect(result.err).toContain('zalo is not set up');
    expect(result.err).toContain('ZALO_APP_SECRET');
    expect(result.err).toContain('docs/ZALO_SETUP.md');
    expect(result.err).not.toMatch(/ZALO_APP_ID|1234/);
  });

  test('says how to set variables of a server elsewhere', async () => {
    const { howToSet } = await import('#cli/setup/how-to-set.ts');
    const lines = howToSet('imessage', {
      server: 'https://e.workers.dev',
      devVars: 'BLUEBUBBLES_PASSWORD=x',
    });
    expect(lines.join('\n')).toContain('npx wrangler secret put BLUEBUBBLES_SERVER_URL');
    expect(lines.join('\n')).toContain('BLUEBUBBLES_PASSWORD');
  });

  test('tells who wants only a bot of Zalo that it needs two variables', async () => {
    const { howToSet } = await import('#cli/setup/how-to-set.ts');
    const lines = howToSet('zalo', { server: 'https://e.workers.dev', devVars: '' });
    expect(lines.slice(5, 7)).toEqual([
      '  ZALO_BOT_TOKEN      from Zalo Bot Manager: a bot needs this and the next, and none of the others (optional)',
      '  ZALO_BOT_SECRET     with the bot: a long random word of your own: openssl rand -hex 32 (optional)',
    ]);
  });

  test('says why the platform refused', async () => {
    server.setUps.set('whatsapp', {
      steps: 'Set WHATSAPP_APP_SECRET first.',
      status: goodStatus('whatsapp'),
    });
    expect(await cli('setup', 'whatsapp')).toEqual({
      code: 1,
      out: '',
      err: 'Set WHATSAPP_APP_SECRET first.\n',
    });
  });

  test('--status changes nothing and fails where it does not work', async () => {
    server.setUps.set('zalo', {
      steps: 'never called',
      status: {
        ...goodStatus('zalo'),
        token_valid: false,
        webhook_url: null,
        last_error: 'Zalo does not renew the access token.',
        token_expires_at: '2026-01-02T00:00:00.000Z',
        last_send_error: { at: '2026-01-01T00:00:00Z', reason: 'no token', authentication: true },
      },
    });
    expect(await cli('setup', 'zalo', '--status')).toEqual({
      code: 1,
      out: [
        '✗ Token: not valid',
        '  Token ends: 2026-01-02T00:00:00.000Z',
        '✓ Webhook: ready here; only the platform’s own page shows whether it leads here',
        '  Zalo does not renew the access token.',
        '  Last refused message: 2026-01-01T00:00:00Z: no token',
        '',
      ].join('\n'),
      err: '',
    });
  });

  test('shows each by itself where one name stands for several', async () => {
    const { token_valid, account, webhook_url, webhook_ok, last_error, token_expires_at } =
      goodStatus('zalo');
    const good = { token_valid, account, webhook_url, webhook_ok, last_error, token_expires_at };
    const bad = { ...good, token_valid: false, last_error: 'Zalo does not take ZALO_BOT_TOKEN.' };
    server.setUps.set('zalo', {
      steps: [],
      status: {
        ...goodStatus('zalo'),
        token_valid: false,
        products: [
          { title: 'Official Account', ...good, account: 'Edgewise OA', webhook_url: null },
          { title: 'Bot', ...bad },
        ],
      },
    });
    expect(await cli('setup', 'zalo', '--status')).toEqual({
      code: 1,
      out: [
        'Official Account:',
        '✓ Token: valid, Edgewise OA',
        '✓ Webhook: ready here; only the platform’s own page shows whether it leads here',
        'Bot:',
        '✗ Token: not valid',
        '✓ Webhook: https://edgewise.example/hook',
        '  Zalo does not take ZALO_BOT_TOKEN.',
        '',
      ].join('\n'),
      err: '',
    });
  });

  test('warns where no messenger can reach the server', async () => {
    server.webhookUrl = 'http://localhost:7001/api/v1/webhooks/imessage';
    server.setUps.set('imessage', { steps: [], status: goodStatus('imessage') });
    expect((await cli('setup', 'imessage')).err).toContain('Set BACKEND_PUBLIC_URL');
  });

  test('--json is for scripts', async () => {
    server.setUps.set('telegram', { steps: ['a'], status: goodStatus('telegram') });
    const { out } = await cli('setup', 'telegram', '--json');
    expect(JSON.parse(out)).toEqual({
      webhook_url: 'https://edgewise.example/hook',
      steps: ['a'],
      status: goodStatus('telegram'),
    });
  });

  test('is for administrators', async () => {
    server.isAdmin = false;
    expect(await cli('setup', 'telegram')).toEqual({ code: 1, out: '', err: 'Admin access required\n' });
  });

  test.each([
    { argv: ['setup'], text: '<platform> is missing.' },
    { argv: ['setup', 'telegramm'], text: 'Did you mean "telegram"?' },
    { argv: ['setup', 'signal'], text: 'There are: telegram, whatsapp, zalo, imessage.' },
    { argv: ['whitelist', 'add', 'zalo'], text: '<platform> or <id> is missing.' },
    { argv: ['whitelist', 'ad'], text: 'Did you mean "add"?' },
    { argv: ['whitelist', 'off', 'signal'], text: 'There is no platform "signal".' },
  ])('$argv is wrong use', async ({ argv, text }) => {
    const result = await cli(...argv);
    expect(result).toMatchObject({ code: 2, out: '' });
    expect(result.err).toContain(text);
  });
});

describe('edgewise whitelist', () => {
  test('adds, lists and removes', async () => {
    expect(
      await cli('whitelist', 'add', 'whatsapp', '+84 907 996 550', '--label', 'Ana', '--user', 'ana'),
    ).toEqual({
      code: 0,
      out: '+84 907 996 550 may write on whatsapp from now on.\n',
      err: '',
    });
    await cli('whitelist', 'add', 'imessage', 'Ann@Example.com');
    expect((await cli('whitelist')).out).toBe(
      'whatsapp  +84 907 996 550  as ana             id-1  Ana\nimessage  Ann@Example.com  a user of its own  id-2\n',
    );
    expect((await cli('whitelist', 'list', 'imessage')).out).not.toContain('whatsapp');
    expect(await cli('whitelist', 'remove', 'whatsapp', '84907996550')).toMatchObject({
      code: 0,
      out: 'Removed.\n',
    });
    expect(await cli('whitelist', 'remove', 'imessage', 'ann@example.com')).toMatchObject({ code: 0 });
    expect((await cli('whitelist')).out).toContain('Nobody is listed.');
  });

  test('who is not listed cannot be removed', async () => {
    expect(await cli('whitelist', 'remove', 'zalo', '1')).toMatchObject({
      code: 5,
      err: '1 is not listed on zalo.\n',
    });
    expect(await cli('whitelist', 'remove', 'gone')).toMatchObject({ code: 5, err: 'Entry not found\n' });
  });

  test('opens a platform to everyone, and says so', async () => {
    expect((await cli('whitelist', 'off', 'zalo')).out).toBe('Everyone may write on zalo.\n');
    expect((await cli('whitelist')).out).toContain('Open to everyone: zalo');
    expect((await cli('whitelist', 'on', 'zalo')).out).toBe('Only who is listed may write on zalo.\n');
  });
});
