/** Runs Edgewise on this machine: `npm start -- [--port N] [--state DIR]`. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { buildPage } from './build-page.ts';
import { bundle } from './bundle.ts';
import { settingsProblems } from './check-settings.ts';
import { startDemoModel } from './demo-model.ts';
import { startDevServer } from './dev-server.ts';
import { hasModel, mergeVars, readDevVars } from './dev-vars.ts';

const usage = `Usage: npm start -- [options]

  --port N      the port to listen on (7001)
  --state DIR   where everything is stored (.wrangler/state)
  --help        this text

Every variable of .dev.vars.example may be given in the environment, where it wins over .dev.vars.`;

const root = join(import.meta.dirname, '..');

const options = readOptions();
const isFirstRun = !existsSync(options.state);
const { vars: file, made } = readDevVars(join(root, '.dev.vars'), join(root, '.dev.vars.example'));
const example = readFileSync(join(root, '.dev.vars.example'), 'utf8');
const configured = mergeVars(file, example, process.env);

const problems = settingsProblems(configured);
if (problems.length > 0) {
  console.error('Edgewise does not start with these settings. Mend them in .dev.vars or in the environment:');
  for (const problem of problems) console.error(problem);
  process.exit(1);
}
const agents = spawnSync(process.execPath, [join(root, 'scripts/check-agents.ts')], { encoding: 'utf8' });
if (agents.status !== 0) {
  console.error(`The agents cannot be read:\n${agents.stderr}`);
  process.exit(1);
}
bundle();
await buildPage();
const demo = hasModel(configured) ? undefined : await startDemoModel({ port: 0 });
const server = await startDevServer({
  port: options.port,
  state: options.state,
  vars: {
    BACKEND_PUBLIC_URL: `http://localhost:${options.port}`,
    ...configured,
    ...(demo === undefined ? {} : { PROXY_BASE_URL: demo.url, MODEL_PROVIDER: 'proxy', DEMO_MODEL: '1' }),
  },
  onOutput: (text) => {
    // That is done below
    if (!text.includes('Scheduled Workers are not automatically triggered')) process.stderr.write(text);
  },
}).catch(async (error: unknown) => {
  await demo?.close();
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});

// On Cloudflare this happens by itself, as often as wrangler.toml says
setInterval(() => void fetch(`${server.url}/cdn-cgi/local/scheduled`).catch(() => {}), 5 * 60_000).unref();

console.log(`\n  Edgewise is running: ${server.url}\n`);
if (made && isFirstRun) {
  console.log('  .dev.vars was written, with new secrets in it. Sign in with');
  console.log(`    user      admin\n    password  ${configured['CLI_ADMIN_PASSWORD']}\n`);
} else if (made) {
  console.log('  .dev.vars was written anew, but the accounts stored before keep their passwords.');
  console.log('  To begin with new ones: npm start -- --state DIR with an empty folder.\n');
} else {
  console.log('  Sign in as admin; the password is CLI_ADMIN_PASSWORD in .dev.vars.\n');
}
if (demo !== undefined) {
  console.log('  No model is configured, so a DEMO MODEL answers from a script: it understands nothing.');
  console.log('  For real answers set ANTHROPIC_API_KEY (or PROXY_BASE_URL) in .dev.vars and start again.\n');
}
const elsewhere = options.port === 7001 ? '' : ` --api-url ${server.url}`;
console.log(`  In another terminal: npx edgewise chat${elsewhere}        To stop: Ctrl-C\n`);

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void end(0));
await end(await server.exited);

async function end(code: number): Promise<never> {
  await server.stop();
  await demo?.close();
  process.exit(code);
}

function readOptions(): { readonly port: number; readonly state: string } {
  try {
    const { values } = parseArgs({
      options: { port: { type: 'string' }, state: { type: 'string' }, help: { type: 'boolean' } },
    });
    if (values.help) {
      console.log(usage);
      process.exit(0);
    }
    const port = Number(values.port ?? 7001);
    if (!Number.isInteger(port) || port < 1 || port > 65_535)
      throw new Error(`--port ${values.port} is not a port`);
    return { port, state: resolve(values.state ?? join(root, '.wrangler/state')) };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
}
