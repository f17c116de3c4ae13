/** What is known before a deployment. On a second one most of it is there already, and the plan gets short. */
export interface DeployFacts {
  readonly worker: string;
  readonly database: string;
  readonly bucket: string;
  /** `undefined`: the database is still to be made. */
  readonly databaseId: string | undefined;
  readonly hasBucket: boolean;
  /** Names of the secrets that the deployed Worker has. */
  readonly secrets: readonly string[];
  /** Names of the variables that the deployer's environment has a value for. */
  readonly environment: readonly string[];
}

export interface SecretStep {
  readonly kind: 'secret';
  readonly name: string;
  /** `any_model`: ask for the keys of the providers, one after the other, until there is one. */
  readonly from: 'environment' | 'chance' | 'any_model';
}

export type Step =
  | SecretStep
  | { readonly kind: 'wrangler'; readonly why: string; readonly args: readonly string[] }
  | { readonly kind: 'write_config'; readonly databaseId: string | undefined }
  | { readonly kind: 'build_page' }
  | { readonly kind: 'deploy'; readonly args: readonly string[] }
  | { readonly kind: 'public_url'; readonly args: readonly string[] };

export const deployConfig = 'wrangler.deploy.toml';

/** One of these is enough to have a model. Asked for in this order. */
export const modelSecrets = [
  'ANTHROPIC_API_KEY',
  'PROXY_BASE_URL',
  'ZAI_API_KEY',
  'MINIMAX_API_KEY',
] as const;

const generated = ['API_KEY', 'CLI_ADMIN_PASSWORD'];
const alongside = [
  'MODEL_PROVIDER',
  'MODEL_HAIKU',
  'MODEL_SONNET',
  'MODEL_OPUS',
  'PROXY_API_KEY',
  'PROXY_WEB_SEARCH',
  'PROXY_WEB_FETCH',
  'PROXY_COMPACTION',
  'SEARXNG_URL',
  'STT_API_URL',
  'STT_API_KEY',
  'STT_MODEL',
  'STT_LANGUAGE',
  'ANTHROPIC_BASE_URL',
  'ZAI_BASE_URL',
  'MINIMAX_BASE_URL',
  'STORAGE_MAX_SESSIONS',
  'MAX_STEPS',
];

/**
 * The steps from these facts to a running Worker, in order. Contract: nothing that exists is made again and no secret
 * that is set is touched, so that the plan may be run any number of times.
 */
export function planDeployment(facts: DeployFacts): readonly Step[] {
  const secrets = planSecrets(facts);
  const config = ['--config', deployConfig];
  const migrate = ['d1', 'migrations', 'apply', facts.database, '--remote', ...config];
  return [
    ...secrets,
    ...(facts.databaseId === undefined
      ? [wrangler('The database for users does not exist yet', ['d1', 'create', facts.database])]
      : []),
    ...(facts.hasBucket
      ? []
      : [wrangler('The bucket for files does not exist yet', ['r2', 'bucket', 'create', facts.bucket])]),
    { kind: 'write_config', databaseId: facts.databaseId },
    { kind: 'build_page' },
    wrangler('Bring the tables up to date', migrate),
    { kind: 'deploy', args: ['deploy', ...config] },
    ...(facts.secrets.includes('BACKEND_PUBLIC_URL')
      ? []
      : [{ kind: 'public_url' as const, args: ['secret', 'bulk', ...config] }]),
  ];
}

function planSecrets({ secrets, environment }: DeployFacts): readonly SecretStep[] {
  const missing = (name: string) => !secrets.includes(name);
  const given = (name: string) => environment.includes(name);
  const fromEnvironment = (names: readonly string[]): SecretStep[] =>
    names
      .filter((name) => missing(name) && given(name))
      .map((name) => ({ kind: 'secret', name, from: 'environment' }));
  const hasModel = modelSecrets.some((name) => !missing(name) || given(name));
  return [
    ...generated
      .filter(missing)
      .map((name): SecretStep => ({ kind: 'secret', name, from: given(name) ? 'environment' : 'chance' })),
    ...fromEnvironment(modelSecrets),
    ...fromEnvironment(alongside),
    ...(hasModel ? [] : [{ kind: 'secret', name: modelSecrets.join(' or '), from: 'any_model' } as const]),
  ];
}

const wrangler = (why: string, args: readonly string[]): Step => ({ kind: 'wrangler', why, args });

/** A step in words, as the dry run prints it and the real one announces it. */
export function describeStep(step: Step): string {
  switch (step.kind) {
    case 'secret':
      if (step.from === 'environment') return `take the secret ${step.name} from the environment`;
      if (step.from === 'chance') return `make up the secret ${step.name}`;
      return `ask for a model: ${step.name}`;
    case 'wrangler':
      return `${step.why}: wrangler ${step.args.join(' ')}`;
    case 'write_config':
      return `write ${deployConfig}: wrangler.toml with the id of the database${step.databaseId === undefined ? ' just made' : ` ${step.databaseId}`}`;
    case 'build_page':
      return 'build the page: vite build';
    case 'deploy':
      return `deploy, with the new secrets if there are any: wrangler ${step.args.join(' ')}`;
    case 'public_url':
      return `tell the Worker its address, for download links (BACKEND_PUBLIC_URL): wrangler ${step.args.join(' ')}`;
  }
}

const placeholder = '00000000-0000-0000-0000-000000000000';

/** wrangler.toml for this account. Throws when there is no placeholder to fill: then somebody has changed the file. */
export function withDatabaseId(wranglerToml: string, databaseId: string): string {
  const line = `database_id = "${placeholder}"`;
  if (!wranglerToml.includes(line)) throw new Error(`wrangler.toml has no line ${line}`);
  return `# Made by \`npm run deploy\` from wrangler.toml; not kept in git.\n${wranglerToml.replace(line, `database_id = "${databaseId}"`)}`;
}
