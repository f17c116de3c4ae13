/** Puts Edgewise on Cloudflare: `npm run deploy [-- --dry-run]`. Run it again to update. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { buildPage } from './build-page.ts';
import { bundle } from './bundle.ts';
import { checkAgents } from './check-agents.ts';
import { settingsProblems } from './check-settings.ts';
import { actOn, DeployFailure, type Deployed, type DeployTools, type Secrets } from './deploy-act.ts';
import { noFacts, readAccount, readFacts, type Names, type WranglerRun } from './deploy-facts.ts';
import { deployConfig, describeStep, planDeployment } from './deploy-plan.ts';

const usage = `Usage: npm run deploy -- [--dry-run]

Creates what is missing on your Cloudflare account (a D1 database, an R2 bucket, secrets), applies the migrations,
builds the page and deploys. Run again, it updates what is there and leaves the secrets alone.

  --dry-run   say every step, in order; do none of them but bundling the Worker

API_KEY, CLI_ADMIN_PASSWORD, ANTHROPIC_API_KEY, PROXY_BASE_URL, MODEL_SONNET, MAX_STEPS and the like are taken from the
environment if they are there; else the first two are made up, and a model's key is asked for.`;

const root = join(import.meta.dirname, '..');
const wranglerScript = join(root, 'node_modules', 'wrangler', 'bin', 'wrangler.js');

const WranglerConfig = z.object({
  name: z.string(),
  account_id: z.string().optional(),
  d1_databases: z.array(z.object({ binding: z.string(), database_name: z.string().optional() })),
  r2_buckets: z.array(z.object({ binding: z.string(), bucket_name: z.string().optional() })),
});

const OutputLine = z.object({ type: z.literal('deploy'), targets: z.array(z.string()).nullish() });

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof DeployFailure)) throw error;
  console.error(`\n${error.message}`);
  process.exitCode = 1;
}

async function main(argv: string[]): Promise<number> {
  const options = readOptions(argv);
  if (options === undefined) {
    console.error(usage);
    return 2;
  }
  if (options.help) {
    console.log(usage);
    return 0;
  }
  const problems = settingsProblems(process.env);
  if (problems.length > 0) {
    throw new DeployFailure(
      `Nothing was deployed, because the environment has wrong settings. Mend these, then try again:\n${problems.join('\n')}`,
    );
  }
  const agents = checkAgents();
  if (!agents.ok) {
    throw new DeployFailure(
      `Nothing was deployed, because the agents cannot be read. Mend these, then try again:\n${agents.problem.join('\n')}`,
    );
  }
  bundle();
  const names = await readNames();
  const account = await readAccount(run, names, process.env);
  if (options.dryRun) return dryRun(names, account.ok);
  if (!account.ok) throw new DeployFailure(account.problem);

  console.log(`Deploying to ${account.value}.`);
  const facts = await readFacts(run, names, process.env);
  if (!facts.ok) throw new DeployFailure(facts.problem);
  report(await actOn(planDeployment(facts.value), facts.value, tools));
  return 0;
}

function readOptions(argv: string[]) {
  try {
    const { values } = parseArgs({
      args: argv,
      options: { 'dry-run': { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    });
    return { dryRun: values['dry-run'] === true, help: values.help === true };
  } catch {
    return undefined;
  }
}

async function readNames(): Promise<Names> {
  // Loads for seconds, which `--help` need not wait for
  const { unstable_readConfig } = await import('wrangler');
  const config = WranglerConfig.parse(unstable_readConfig({ config: join(root, 'wrangler.toml') }));
  const database = config.d1_databases.find(({ binding }) => binding === 'DB')?.database_name;
  const bucket = config.r2_buckets.find(({ binding }) => binding === 'FILES')?.bucket_name;
  if (database === undefined || bucket === undefined) {
    throw new DeployFailure('wrangler.toml must name the database of DB and the bucket of FILES.');
  }
  return { worker: config.name, database, bucket, accountId: config.account_id };
}

/** Without a login the plan is that of a first deployment. */
async function dryRun(names: Names, isSignedIn: boolean): Promise<number> {
  const found = isSignedIn ? await readFacts(run, names, process.env) : undefined;
  if (found?.ok === false) throw new DeployFailure(found.problem);
  const facts = found?.value ?? noFacts(names, process.env);
  console.log(
    isSignedIn
      ? 'This would be done:\n'
      : 'Not signed in to Cloudflare. On a new account this would be done:\n',
  );
  for (const [index, step] of planDeployment(facts).entries()) {
    console.log(`  ${index + 1}. ${describeStep(step)}`);
  }
  console.log('\nThe page and the Worker are built now, to see that they can be:\n');
  await buildPage();
  const folder = mkdtempSync(join(tmpdir(), 'edgewise-bundle-'));
  const ok = await runShown(['deploy', '--dry-run', '--outdir', folder], {});
  rmSync(folder, { recursive: true });
  if (!ok) throw new DeployFailure('The Worker cannot be bundled; the message of wrangler is above.');
  console.log('\nDry run: nothing was changed on Cloudflare.');
  return 0;
}

const tools: DeployTools = {
  run,
  runShown,
  deploy,
  askSecret,
  buildPage,
  readConfig: () => readFileSync(join(root, 'wrangler.toml'), 'utf8'),
  writeConfig: (content) => writeFileSync(join(root, deployConfig), content),
  print: (line) => console.log(line),
  environment: process.env,
};

async function run(args: readonly string[]): Promise<WranglerRun> {
  const child = spawn(process.execPath, [wranglerScript, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  });
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: child.exitCode ?? 1, output, errors };
}

/** Hands secrets over in a file that only this user can read and that is gone afterwards. */
async function withSecretsFile<Value>(
  secrets: Secrets,
  act: (file: string | undefined, folder: string) => Promise<Value>,
): Promise<Value> {
  const folder = mkdtempSync(join(tmpdir(), 'edgewise-deploy-'));
  const file = join(folder, 'secrets.json');
  const hasSecrets = Object.keys(secrets).length > 0;
  try {
    if (hasSecrets) writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
    return await act(hasSecrets ? file : undefined, folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function spawnShown(args: readonly string[], env: NodeJS.ProcessEnv): Promise<boolean> {
  const child = spawn(process.execPath, [wranglerScript, ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  await once(child, 'close');
  return child.exitCode === 0;
}

function runShown(args: readonly string[], secrets: Secrets): Promise<boolean> {
  // `CI`: wrangler would ask whether to apply the migrations that it was told to apply
  return withSecretsFile(secrets, (file) =>
    spawnShown(file === undefined ? args : [...args, file], { CI: '1' }),
  );
}

function deploy(args: readonly string[], secrets: Secrets) {
  return withSecretsFile(secrets, async (file, folder) => {
    const output = join(folder, 'output.ndjson');
    const ok = await spawnShown(file === undefined ? args : [...args, '--secrets-file', file], {
      WRANGLER_OUTPUT_FILE_PATH: output,
    });
    const lines = existsSync(output) ? readFileSync(output, 'utf8').trim().split('\n') : [];
    const targets = lines.flatMap((line) => OutputLine.safeParse(JSON.parse(line)).data?.targets ?? []);
    const address = targets.find((target) => /^(https:\/\/)?[\w.-]+\.[a-z]+\/?$/.test(target));
    return { ok, url: address?.replace(/^(?!https:)/, 'https://').replace(/\/$/, '') };
  });
}

function askSecret(question: string): Promise<string> {
  if (!process.stdin.isTTY) return Promise.resolve('');
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  process.stdout.write(question);
  return new Promise((resolve, reject) => {
    reader.on('line', (line) => {
      resolve(line);
      reader.close();
    });
    reader.on('close', () => {
      process.stdout.write('\n');
      reject(new DeployFailure('Stopped. Nothing was deployed.'));
    });
  });
}

function report({ url, madeUp }: Deployed): void {
  const address = url ?? 'https://<your worker>';
  console.log(`\nEdgewise is deployed: ${address}\n`);
  for (const [name, value] of Object.entries(madeUp)) console.log(`  ${name.padEnd(20)}${value}`);
  if (Object.keys(madeUp).length > 0) {
    console.log(
      '\nThese are shown this once: keep them. Cloudflare has them as secrets and does not give them back.\n',
    );
  }
  console.log(`Next:
  open ${address} and sign in as admin with CLI_ADMIN_PASSWORD
  API_KEY=… npx edgewise login --api-url ${address}
  npx wrangler tail edgewise        to watch its log
  npx wrangler secret put NAME      to change a secret
  npm run deploy                    to update`);
}
