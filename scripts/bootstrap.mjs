/**
 * The first step of every command: `node scripts/bootstrap.mjs <script.ts> [args…]`.
 *
 * It has to run on the Node that the machine happens to have (20 or newer), before anything is installed: so plain
 * JavaScript, no dependencies. It installs what is missing, then hands over to the project's own Node.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const windows = process.platform === 'win32';
const projectNode = (folder) => join(folder, 'node_modules', 'node', 'bin', windows ? 'node.exe' : 'node');
const stampFile = (folder) => join(folder, 'node_modules', '.edgewise-lock-hash');
const lockHash = (folder) =>
  createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex');

/** Why the installed packages are not those of the lockfile, in words; `undefined` when they are. */
export function whyInstall(folder) {
  if (!existsSync(join(folder, 'node_modules'))) return 'nothing is installed yet';
  if (!existsSync(projectNode(folder))) return "the project's own Node is missing";
  if (!existsSync(stampFile(folder))) return 'it is not known which versions are installed';
  if (readFileSync(stampFile(folder), 'utf8').trim() !== lockHash(folder))
    return 'package-lock.json has changed';
  return undefined;
}

function runNpmInstall(folder) {
  const args = ['install', '--no-audit', '--no-fund', '--loglevel=error'];
  // Anything an install prints belongs beside the output of the command, not in it: `--json` goes through here too.
  const options = { cwd: folder, stdio: ['inherit', process.stderr, 'inherit'] };
  const npm = process.env.npm_execpath;
  // Started by npm: run that very npm, which needs no shell on Windows either
  if (npm !== undefined && basename(npm) === 'npm-cli.js') {
    return spawnSync(process.execPath, [npm, ...args], options);
  }
  return spawnSync('npm', args, { ...options, shell: windows });
}

function installIfNeeded(folder) {
  const reason = whyInstall(folder);
  if (reason === undefined) return;
  console.error(
    `Edgewise: installing dependencies, because ${reason}. The first time takes about two minutes.`,
  );
  const { error, status } = runNpmInstall(folder);
  if (error !== undefined) {
    console.error(`Edgewise: npm cannot be started (${error.code}). Install Node with npm, then try again.`);
    process.exit(1);
  }
  if (status !== 0 || !existsSync(projectNode(folder))) {
    console.error(
      `Edgewise: npm install failed; its own messages are above. Mend that in ${folder}, then try again.`,
    );
    process.exit(1);
  }
  writeFileSync(stampFile(folder), `${lockHash(folder)}\n`);
}

/**
 * Runs a TypeScript file of this project with the project's Node and ends this process with its exit code.
 * `script` is relative to the project; `cwd` is where the script finds itself.
 */
export function runScript(script, args, cwd) {
  if (Number(process.versions.node.split('.')[0]) < 20) {
    console.error(`Edgewise needs Node 20 or newer; this is ${process.version}.`);
    process.exit(1);
  }
  installIfNeeded(root);
  const path = [join(root, 'node_modules', '.bin'), process.env.PATH ?? ''].join(delimiter);
  const child = spawn(projectNode(root), [resolve(root, script), ...args], {
    cwd,
    stdio: 'inherit',
    env: { ...process.env, PATH: path },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to the child as well; passed on, it would count as a second one
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on('error', () => {
    console.error(`Edgewise: ${projectNode(root)} cannot be started. Remove node_modules, then try again.`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [script, ...args] = process.argv.slice(2);
  if (script === undefined) {
    console.error('Usage: node scripts/bootstrap.mjs <script.ts> [args…]');
    process.exit(2);
  }
  runScript(script, args, root);
}
