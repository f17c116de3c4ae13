import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { copyProject } from '#test/support/project-copy.ts';
import { actOn, type DeployTools, type Secrets } from '../../scripts/deploy-act.ts';
import { readAccount, readFacts, type WranglerRun } from '../../scripts/deploy-facts.ts';
import { describeStep, planDeployment, withDatabaseId, type DeployFacts } from '../../scripts/deploy-plan.ts';

const names = { worker: 'edgewise', database: 'edgewise', bucket: 'edgewise-files', accountId: undefined };
const fresh: DeployFacts = {
  worker: 'edgewise',
  database: 'edgewise',
  bucket: 'edgewise-files',
  databaseId: undefined,
  hasBucket: false,
  secrets: [],
  environment: [],
};
const deployed: DeployFacts = {
  ...fresh,
  databaseId: 'id-1',
  hasBucket: true,
  secrets: ['API_KEY', 'CLI_ADMIN_PASSWORD', 'ANTHROPIC_API_KEY', 'BACKEND_PUBLIC_URL'],
};
const migrate = 'wrangler d1 migrations apply edgewise --remote --config wrangler.deploy.toml';
const deploy = 'deploy, with the new secrets if there are any: wrangler deploy --config wrangler.deploy.toml';

describe('the plan', () => {
  const last = ['build the page: vite build', `Bring the tables up to date: ${migrate}`, deploy];
  const address =
    'tell the Worker its address, for download links (BACKEND_PUBLIC_URL): wrangler secret bulk --config wrangler.deploy.toml';
  test.each([
    {
      name: 'a new account',
      facts: fresh,
      steps: [
        'make up the secret API_KEY',
        'make up the secret CLI_ADMIN_PASSWORD',
        'ask for a model: ANTHROPIC_API_KEY or PROXY_BASE_URL or ZAI_API_KEY or MINIMAX_API_KEY',
        'The database for users does not exist yet: wrangler d1 create edgewise',
        'The bucket for files does not exist yet: wrangler r2 bucket create edgewise-files',
        'write wrangler.deploy.toml: wrangler.toml with the id of the database just made',
        ...last,
        address,
      ],
    },
    {
      name: 'a second deployment only updates',
      facts: { ...deployed, environment: ['API_KEY', 'ANTHROPIC_API_KEY', 'CLI_ADMIN_PASSWORD'] },
      steps: ['write wrangler.deploy.toml: wrangler.toml with the id of the database id-1', ...last],
    },
    {
      name: 'secrets from the environment',
      facts: {
        ...fresh,
        environment: ['API_KEY', 'PROXY_BASE_URL', 'PROXY_API_KEY', 'HOME'],
        hasBucket: true,
      },
      steps: [
        'take the secret API_KEY from the environment',
        'make up the secret CLI_ADMIN_PASSWORD',
        'take the secret PROXY_BASE_URL from the environment',
        'take the secret PROXY_API_KEY from the environment',
        'The database for users does not exist yet: wrangler d1 create edgewise',
        'write wrangler.deploy.toml: wrangler.toml with the id of the database just made',
        ...last,
        address,
      ],
    },
    {
      name: 'settings from the environment, unless the Worker has them',
      facts: {
        ...deployed,
        secrets: [...deployed.secrets, 'MODEL_OPUS'],
        environment: [
          'MAX_STEPS',
          'STORAGE_MAX_SESSIONS',
          'MODEL_OPUS',
          'MODEL_SONNET',
          'MODEL_HAIKU',
          'ANTHROPIC_BASE_URL',
          'PROXY_API_KEY',
        ],
      },
      steps: [
        'take the secret MODEL_HAIKU from the environment',
        'take the secret MODEL_SONNET from the environment',
        'take the secret PROXY_API_KEY from the environment',
        'take the secret ANTHROPIC_BASE_URL from the environment',
        'take the secret STORAGE_MAX_SESSIONS from the environment',
        'take the secret MAX_STEPS from the environment',
        'write wrangler.deploy.toml: wrangler.toml with the id of the database id-1',
        ...last,
      ],
    },
    {
      name: 'a deployment that broke off after the database was made',
      facts: { ...fresh, databaseId: 'id-1', secrets: deployed.secrets },
      steps: [
        'The bucket for files does not exist yet: wrangler r2 bucket create edgewise-files',
        'write wrangler.deploy.toml: wrangler.toml with the id of the database id-1',
        ...last,
      ],
    },
  ])('$name', ({ facts, steps }) => expect(planDeployment(facts).map(describeStep)).toEqual(steps));
});

test('the config for an account differs from wrangler.toml in the database’s id alone', () => {
  const toml = readFileSync('wrangler.toml', 'utf8');
  const [, ...lines] = withDatabaseId(toml, 'id-1').split('\n');
  expect(lines.join('\n')).toBe(toml.replace('00000000-0000-0000-0000-000000000000', 'id-1'));
  expect(() => withDatabaseId(lines.join('\n'), 'id-2')).toThrow('wrangler.toml has no line');
});

const ran = (output: string, code = 0, errors = ''): WranglerRun => ({ code, output, errors });

describe('facts', () => {
  const answers: Record<string, WranglerRun> = {
    'd1 list --json': ran('a note\n[{"uuid":"id-1","name":"edgewise"},{"uuid":"id-2","name":"edgewise-2"}]'),
    'r2 bucket list': ran('Listing buckets...\nname:           edgewise-files\ncreation_date:  2026-11-01\n'),
    'secret list --name edgewise': ran('[\n  {"name":"API_KEY","type":"secret_text"}\n]'),
  };
  const factsWith = (changed: Record<string, WranglerRun>) =>
    readFacts(
      async (args) => ({ ...answers, ...changed })[args.join(' ')] ?? ran('', 1, 'unexpected'),
      names,
      { API_KEY: 'x', EMPTY: '' },
    );
  const found = { ...deployed, secrets: ['API_KEY'], environment: ['API_KEY'] };

  test.each([
    { name: 'all there', changed: {}, expected: found },
    {
      name: 'nothing there',
      changed: {
        'd1 list --json': ran('[{"uuid":"id-2","name":"edgewise-2"}]'),
        'r2 bucket list': ran('name:  edgewise-files-2\n'),
        'secret list --name edgewise': ran('', 1, '[ERROR] Worker "edgewise" not found.'),
      },
      expected: { ...found, databaseId: undefined, hasBucket: false, secrets: [] },
    },
  ])('$name', async ({ changed, expected }) => {
    expect(await factsWith(changed)).toEqual({ ok: true, value: expected });
  });

  test.each(Object.keys(answers))('`%s` that fails is not taken for nothing', async (command) => {
    const facts = await factsWith({ [command]: ran('', 1, 'network trouble') });
    expect(facts).toMatchObject({ ok: false, problem: expect.stringContaining('network trouble') });
  });
});

test.each([
  { name: 'signed out', output: '{"loggedIn":false}', env: {}, expected: { ok: false } },
  { name: 'no answer', output: '', env: {}, expected: { ok: false } },
  {
    name: 'one account',
    output: '{"loggedIn":true,"email":"a@b","accounts":[{"id":"1","name":"Mine"}]}',
    env: {},
    expected: { ok: true, value: 'Mine (a@b)' },
  },
  {
    name: 'several accounts',
    output: '{"loggedIn":true,"accounts":[{"id":"1","name":"Mine"},{"id":"2","name":"Ours"}]}',
    env: {},
    expected: { ok: false, problem: expect.stringContaining('  2  Ours') },
  },
  {
    name: 'several accounts, one chosen',
    output: '{"loggedIn":true,"accounts":[{"id":"1","name":"Mine"},{"id":"2","name":"Ours"}]}',
    env: { CLOUDFLARE_ACCOUNT_ID: '2' },
    expected: { ok: true, value: 'Ours' },
  },
])('account: $name', async ({ output, env, expected }) => {
  expect(await readAccount(async () => ran(output), names, env)).toMatchObject(expected);
});

describe('the steps', () => {
  function fakeTools(typed: string[], fails?: string) {
    const done: string[] = [];
    const handedOver: Secrets[] = [];
    const note = (what: string) => void done.push(what);
    const tools: DeployTools = {
      run: async () => ran('[{"uuid":"id-9","name":"edgewise"}]'),
      runShown: async (args, secrets) => {
        note(args.join(' '));
        if (Object.keys(secrets).length > 0) handedOver.push(secrets);
        return args.join(' ') !== fails;
      },
      deploy: async (args, secrets) => {
        note(args.join(' '));
        handedOver.push(secrets);
        return { ok: true, url: 'https://edgewise.me.workers.dev' };
      },
      askSecret: async () => typed.shift() ?? '',
      buildPage: async () => note('page'),
      readConfig: () => 'database_id = "00000000-0000-0000-0000-000000000000"\n',
      writeConfig: (text) => note(text.split('\n')[1] ?? ''),
      print: () => {},
      environment: {},
    };
    return { tools, done, handedOver };
  }

  test('a first deployment sets its secrets with the Worker and tells them once', async () => {
    const { tools, done, handedOver } = fakeTools(['', 'http://model']);
    const result = await actOn(planDeployment(fresh), fresh, tools);
    expect(done).toEqual([
      'd1 create edgewise',
      'r2 bucket create edgewise-files',
      'database_id = "id-9"',
      'page',
      'd1 migrations apply edgewise --remote --config wrangler.deploy.toml',
      'deploy --config wrangler.deploy.toml',
      'secret bulk --config wrangler.deploy.toml',
    ]);
    const secret = expect.stringMatching(/^[\w-]{32}$/);
    expect(handedOver).toEqual([
      { API_KEY: secret, CLI_ADMIN_PASSWORD: secret, PROXY_BASE_URL: 'http://model' },
      { BACKEND_PUBLIC_URL: 'https://edgewise.me.workers.dev' },
    ]);
    expect(result.madeUp).toEqual({ API_KEY: secret, CLI_ADMIN_PASSWORD: secret });
    expect(handedOver[0]?.['API_KEY']).not.toBe(handedOver[0]?.['CLI_ADMIN_PASSWORD']);
  });

  test('stops at the first that fails', async () => {
    const { tools, done } = fakeTools(['key'], 'r2 bucket create edgewise-files');
    await expect(actOn(planDeployment(fresh), fresh, tools)).rejects.toThrow('wrangler r2 bucket create');
    expect(done).toEqual(['d1 create edgewise', 'r2 bucket create edgewise-files']);
  });
});

test('the dry run, as a person would start it: the plan, and a real bundle', { timeout: 90_000 }, () => {
  const nobody = mkdtempSync(join(tmpdir(), 'edgewise-nobody-'));
  const { PATH } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/deploy.ts', '--dry-run'], {
    encoding: 'utf8',
    env: { PATH, HOME: nobody, XDG_CONFIG_HOME: nobody, WRANGLER_SEND_METRICS: 'false' },
  });
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain('  4. The database for users does not exist yet: wrangler d1 create edgewise\n');
  expect(stdout).toContain('Total Upload:');
  expect(stdout).toContain('Dry run: nothing was changed on Cloudflare.');
});

test('an option that does not exist', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/deploy.ts', '--dry'], {
    encoding: 'utf8',
  });
  expect(status).toBe(2);
  expect(stderr).toContain('Usage: npm run deploy');
});

test.each([{ args: [] }, { args: ['--dry-run'] }])(
  'agents with a fault are not deployed: $args',
  ({ args }) => {
    const folder = copyProject(['wrangler.toml', 'subagents.yaml']);
    const agents = readFileSync('agents.yaml', 'utf8').replace('model: sonnet', 'modle: sonnet');
    writeFileSync(join(folder, 'agents.yaml'), agents);
    const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/deploy.ts', ...args], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^\nNothing was deployed[^\n]*\nagents\.yaml:\d+:\d+ _defaults.modle: /);
  },
);
