import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

export type Vars = Readonly<Record<string, string>>;

/** Filled in with chance where `.dev.vars.example` leaves them empty. */
const secrets = ['API_KEY', 'CLI_ADMIN_PASSWORD', 'CLI_TESTER_PASSWORD'];

/** The example with random secrets in it. Comments stay: they are the documentation of the file. */
export const fillSecrets = (example: string, random: () => string): string =>
  secrets.reduce(
    (text, name) => text.replace(new RegExp(`^${name}=$`, 'm'), () => `${name}=${random()}`),
    example,
  );

/** `made` tells that the file was not there before: the moment to show the password. */
export function readDevVars(
  path: string,
  examplePath: string,
): { readonly vars: Vars; readonly made: boolean } {
  const made = !existsSync(path);
  if (made) {
    const text = fillSecrets(readFileSync(examplePath, 'utf8'), () => randomBytes(18).toString('base64url'));
    writeFileSync(path, text, { mode: 0o600 });
  }
  return { vars: toVars(readFileSync(path, 'utf8')), made };
}

/** What the server gets: the file, and over it what the environment has of the example's names. */
export function mergeVars(file: Vars, example: string, environment: NodeJS.ProcessEnv): Vars {
  const names = new Set([...Object.keys(toVars(example)), ...Object.keys(file)]);
  const merged: Record<string, string> = {};
  for (const name of names) {
    const value = environment[name] ?? file[name];
    if (value !== undefined && value !== '') merged[name] = value;
  }
  return merged;
}

/** In the form that wrangler reads with `--env-file`, so that no secret stands in a process list. */
export const formatVars = (vars: Vars): string =>
  Object.entries(vars)
    .map(([name, value]) => `${name}=${quote(value)}\n`)
    .join('');

function quote(value: string): string {
  if (!value.includes("'")) return `'${value}'`;
  if (!value.includes('"') && !value.includes('\\')) return `"${value}"`;
  return `\`${value}\``;
}

const toVars = (text: string): Vars =>
  Object.fromEntries(
    Object.entries(parseEnv(text)).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );

/** With none of these set there is no model to ask. */
export const hasModel = (vars: Vars): boolean =>
  ['ANTHROPIC_API_KEY', 'PROXY_BASE_URL', 'ZAI_API_KEY', 'MINIMAX_API_KEY'].some(
    (name) => vars[name] !== undefined,
  );
