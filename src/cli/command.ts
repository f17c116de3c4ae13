import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import type { z } from 'zod';
import type { Access } from '#cli/access.ts';
import type { Api } from '#cli/api.ts';
import { closest } from '#cli/closest.ts';
import type { Config } from '#cli/config.ts';
import type { Credentials } from '#cli/credentials.ts';
import { CliFailure, exitCode, type ExitCode } from '#cli/failure.ts';
import type { Host } from '#cli/host.ts';

/** What a command runs with: the world, where the server is, and what was typed. */
export interface CommandCall {
  readonly host: Host;
  readonly config: Config;
  readonly credentials: Credentials;
  readonly access: Access;
  readonly api: Api;
  readonly json: boolean;
  /** Checked by the command's own schema, with `readOptions`. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly positionals: readonly string[];
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** Usage, options and examples, below the summary in `--help`. */
  readonly help: string;
  readonly options: ParseArgsOptionsConfig;
  run(call: CommandCall): Promise<ExitCode>;
}

const commonOptions = {
  'api-url': { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsOptionsConfig;

export const commonHelp = `Everywhere:
  --api-url URL     the server (API_URL, else http://localhost:7001)
  --json            for scripts: JSON on standard output, and nothing else there
  -h, --help        this text`;

const usageFailure = (command: string, problem: string): CliFailure =>
  new CliFailure(exitCode.usage, `${problem} See \`npx edgewise ${command} --help\`.`);

/** Reads the words after the command's name. Throws a usage failure for an option the command does not have. */
export function parseWords(command: Command, words: readonly string[]) {
  const options: ParseArgsOptionsConfig = { ...command.options, ...commonOptions };
  const { tokens } = parseArgs({
    args: [...words],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const option = options[token.name];
    if (option === undefined) {
      const meant = closest(token.name, Object.keys(options));
      throw usageFailure(
        command.name,
        `There is no option ${token.rawName}.${meant === undefined ? '' : ` Did you mean --${meant}?`}`,
      );
    }
    if (option.type === 'string' && (token.value === undefined || token.value === '')) {
      throw usageFailure(command.name, `${token.rawName} needs a value.`);
    }
    if (option.type === 'boolean' && token.value !== undefined) {
      throw usageFailure(command.name, `${token.rawName} takes no value.`);
    }
  }
  return parseArgs({ args: [...words], options, strict: false, allowPositionals: true });
}

/** The command's options, as its schema wants them; else a usage failure that names the option. */
export function readOptions<Shape>(
  command: string,
  schema: z.ZodType<Shape>,
  values: Readonly<Record<string, unknown>>,
): Shape {
  const read = schema.safeParse(values);
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  throw usageFailure(command, `--${issue?.path.join('.')}: ${issue?.message}.`);
}

/** The one word that the command wants, called `name` in its help. */
export function oneWord(command: string, name: string, words: readonly string[]): string {
  const [word, ...extra] = words;
  if (word === undefined || word === '') throw usageFailure(command, `<${name}> is missing.`);
  noWords(command, extra);
  return word;
}

export function noWords(command: string, words: readonly string[]): void {
  const [extra] = words;
  if (extra !== undefined) throw usageFailure(command, `"${extra}" is one word too many.`);
}
