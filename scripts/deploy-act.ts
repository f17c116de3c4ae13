import { randomBytes } from 'node:crypto';
import { readDatabaseId, type RunWrangler } from './deploy-facts.ts';
import {
  describeStep,
  modelSecrets,
  withDatabaseId,
  type DeployFacts,
  type SecretStep,
  type Step,
} from './deploy-plan.ts';

/** What the steps do to the world. */
export interface DeployTools {
  readonly run: RunWrangler;
  /** With the person's terminal; answers whether it went well. `secrets` are handed over in a file, not as arguments. */
  readonly runShown: (args: readonly string[], secrets: Secrets) => Promise<boolean>;
  /** As `runShown` for `wrangler deploy`; answers the Worker's address as well, where it has one. */
  readonly deploy: (
    args: readonly string[],
    secrets: Secrets,
  ) => Promise<{ readonly ok: boolean; readonly url: string | undefined }>;
  /** Asks without showing what is typed; empty when there is nobody to ask. */
  readonly askSecret: (question: string) => Promise<string>;
  readonly buildPage: () => Promise<void>;
  readonly readConfig: () => string;
  readonly writeConfig: (text: string) => void;
  readonly print: (line: string) => void;
  readonly environment: NodeJS.ProcessEnv;
}

export type Secrets = Readonly<Record<string, string>>;

export interface Deployed {
  readonly url: string | undefined;
  /** Secrets that this deployment has set. */
  readonly secrets: Secrets;
  /** Those of them that nobody has seen yet. */
  readonly madeUp: Secrets;
}

/** Ends a deployment; the message says what to do. */
export class DeployFailure extends Error {
  override readonly name = 'DeployFailure';
}

/** Runs the steps in order and stops at the first that fails; run again, the plan goes on from there. */
export async function actOn(
  steps: readonly Step[],
  facts: DeployFacts,
  tools: DeployTools,
): Promise<Deployed> {
  let deployed: Deployed = { url: undefined, secrets: {}, madeUp: {} };
  for (const [index, step] of steps.entries()) {
    tools.print(`[${index + 1}/${steps.length}] ${describeStep(step)}`);
    deployed = await act(step, { deployed, facts, tools });
  }
  return deployed;
}

interface Scene {
  readonly deployed: Deployed;
  readonly facts: DeployFacts;
  readonly tools: DeployTools;
}

async function act(step: Step, { deployed, facts, tools }: Scene): Promise<Deployed> {
  switch (step.kind) {
    case 'secret': {
      const added = await readSecret(step, tools);
      const madeUp = step.from === 'chance' ? added : {};
      return {
        ...deployed,
        secrets: { ...deployed.secrets, ...added },
        madeUp: { ...deployed.madeUp, ...madeUp },
      };
    }
    case 'wrangler':
      if (await tools.runShown(step.args, {})) return deployed;
      throw new DeployFailure(`\`wrangler ${step.args.join(' ')}\` failed; its own message is above.`);
    case 'write_config': {
      const id = step.databaseId ?? (await findDatabase(facts.database, tools));
      tools.writeConfig(withDatabaseId(tools.readConfig(), id));
      return deployed;
    }
    case 'build_page':
      await tools.buildPage();
      return deployed;
    case 'deploy': {
      const { ok, url } = await tools.deploy(step.args, deployed.secrets);
      if (ok) return { ...deployed, url };
      throw new DeployFailure('`wrangler deploy` failed; its own message is above. Nothing was replaced.');
    }
    case 'public_url':
      if (deployed.url === undefined) {
        tools.print(
          '  The Worker has no address of its own: set BACKEND_PUBLIC_URL with `npx wrangler secret put`.',
        );
        return deployed;
      }
      if (await tools.runShown(step.args, { BACKEND_PUBLIC_URL: deployed.url })) return deployed;
      throw new DeployFailure('BACKEND_PUBLIC_URL could not be set. Run the deployment again.');
  }
}

async function findDatabase(database: string, { run }: DeployTools): Promise<string> {
  const found = await readDatabaseId(run, database);
  if (!found.ok) throw new DeployFailure(found.problem);
  if (found.value !== undefined) return found.value;
  throw new DeployFailure(`The database ${database} is not in the list, though it was just made. Try again.`);
}

async function readSecret({ name, from }: SecretStep, tools: DeployTools): Promise<Secrets> {
  if (from === 'environment') return { [name]: tools.environment[name] ?? '' };
  if (from === 'chance') return { [name]: randomBytes(24).toString('base64url') };
  for (const provider of modelSecrets) {
    const value = (await tools.askSecret(`  ${provider} (Enter for another provider): `)).trim();
    if (value !== '') return { [provider]: value };
  }
  tools.print('  No model for now. Set one later, e.g. with `npx wrangler secret put ANTHROPIC_API_KEY`.');
  return {};
}
