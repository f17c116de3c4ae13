import { z } from 'zod';
import { fail, succeed, type Result } from '../src/lib/result.ts';
import type { DeployFacts } from './deploy-plan.ts';

export interface WranglerRun {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** Runs wrangler without a person: what it asks, it answers itself. */
export type RunWrangler = (args: readonly string[]) => Promise<WranglerRun>;

export interface Names {
  readonly worker: string;
  readonly database: string;
  readonly bucket: string;
  readonly accountId: string | undefined;
}

const Identity = z.discriminatedUnion('loggedIn', [
  z.object({ loggedIn: z.literal(false) }),
  z.object({
    loggedIn: z.literal(true),
    email: z.string().nullish(),
    accounts: z.array(z.object({ id: z.string(), name: z.string() })),
  }),
]);
const Databases = z.array(z.object({ name: z.string(), uuid: z.string() }));
const Secrets = z.array(z.object({ name: z.string() }));

/** The first JSON value of an output: wrangler may print a line of its own before it. */
function readJson<Shape>(output: string, schema: z.ZodType<Shape>): Shape | undefined {
  const start = output.search(/^[[{]/m);
  try {
    return schema.safeParse(JSON.parse(output.slice(start))).data;
  } catch {
    return undefined;
  }
}

/** Who deploys, as a name to print; else what has to be done first. */
export async function readAccount(
  run: RunWrangler,
  { accountId }: Names,
  environment: NodeJS.ProcessEnv,
): Promise<Result<string, string>> {
  const identity = readJson((await run(['whoami', '--json'])).output, Identity);
  if (identity === undefined || !identity.loggedIn) {
    return fail('Not signed in to Cloudflare. Run `npx wrangler login`, or set CLOUDFLARE_API_TOKEN.');
  }
  const { accounts, email } = identity;
  const chosen = accountId ?? environment['CLOUDFLARE_ACCOUNT_ID'];
  if (chosen === undefined && accounts.length > 1) {
    const list = accounts.map(({ id, name }) => `  ${id}  ${name}`).join('\n');
    return fail(`You have several accounts. Set CLOUDFLARE_ACCOUNT_ID to one of them:\n${list}`);
  }
  const account = accounts.find(({ id }) => id === chosen) ?? accounts[0];
  return succeed(`${account?.name ?? chosen ?? 'the account of the token'}${email ? ` (${email})` : ''}`);
}

/** `undefined` when there is no such database (yet). */
export async function readDatabaseId(
  run: RunWrangler,
  database: string,
): Promise<Result<string | undefined, string>> {
  const listed = await run(['d1', 'list', '--json']);
  const databases = readJson(listed.output, Databases);
  if (listed.code !== 0 || databases === undefined)
    return fail(`The databases cannot be listed.\n${listed.errors}`);
  return succeed(databases.find(({ name }) => name === database)?.uuid);
}

/**
 * What is there already. Contract: that something is absent is only said when Cloudflare said so. Taken for absent by
 * mistake, a secret would be replaced, and with it every login.
 */
export async function readFacts(
  run: RunWrangler,
  names: Names,
  environment: NodeJS.ProcessEnv,
): Promise<Result<DeployFacts, string>> {
  const databaseId = await readDatabaseId(run, names.database);
  if (!databaseId.ok) return databaseId;

  const buckets = await run(['r2', 'bucket', 'list']);
  if (buckets.code !== 0) {
    return fail(`The R2 buckets cannot be listed. Is R2 switched on for this account?\n${buckets.errors}`);
  }
  const secrets = await run(['secret', 'list', '--name', names.worker]);
  const isNew = secrets.code !== 0 && `${secrets.output}${secrets.errors}`.includes('not found');
  const known = secrets.code === 0 ? readJson(secrets.output, Secrets) : undefined;
  if (known === undefined && !isNew) return fail(`The secrets cannot be listed.\n${secrets.errors}`);

  return succeed({
    worker: names.worker,
    database: names.database,
    bucket: names.bucket,
    databaseId: databaseId.value,
    hasBucket: buckets.output.split('\n').some((line) => /^name:\s+(\S+)/.exec(line)?.[1] === names.bucket),
    secrets: (known ?? []).map(({ name }) => name),
    environment: namesWithValue(environment),
  });
}

/** Before the first deployment there is nothing but what the environment has. */
export const noFacts = (
  { worker, database, bucket }: Names,
  environment: NodeJS.ProcessEnv,
): DeployFacts => ({
  worker,
  database,
  bucket,
  databaseId: undefined,
  hasBucket: false,
  secrets: [],
  environment: namesWithValue(environment),
});

const namesWithValue = (environment: NodeJS.ProcessEnv) =>
  Object.keys(environment).filter((name) => environment[name]);
