import { z } from 'zod';
import { closest } from '#cli/closest.ts';
import { CliFailure, exitCode } from '#cli/failure.ts';
import { parseJson } from '#cli/http.ts';

/** A program that speaks MCP over its standard input and output. */
export interface StdioServer {
  /** In its path and in the names of its tools. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export const ServerName = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'may have 1 to 64 letters, digits, "-" and "_"');

const Entry = z.looseObject({
  command: z.string().min(1),
  args: z.array(z.string()).default([]),
  env: z.record(z.string(), z.string()).default({}),
});
const File = z.object({
  mcpServers: z.record(ServerName, z.looseObject({ command: z.unknown() }).partial()),
});

const usage = (message: string) => new CliFailure(exitCode.usage, message);

/**
 * The programs of an `.mcp.json`; servers with an address are left out, nothing has to run for them. Contract: a
 * failure names the file and the entry.
 */
export function readStdioServers(
  text: string,
  { path, cwd, env }: { path: string; cwd: string; env: Environment },
): StdioServer[] {
  const json = parseJson(text);
  if (json === undefined) throw usage(`${path} is not JSON.`);
  const file = File.safeParse(json);
  if (!file.success) throw usage(`${path} ${issueOf(file.error)}.`);
  return Object.entries(file.data.mcpServers).flatMap(([name, given]) => {
    if (given.command === undefined) return [];
    const entry = Entry.safeParse(given);
    if (!entry.success) throw usage(`${path} mcpServers.${name}.${issueOf(entry.error)}.`);
    const fill = (value: string) => fillVariables(value, env, `${path} mcpServers.${name}`);
    const filled = Object.entries(entry.data.env).map(([key, value]) => [key, fill(value)]);
    return [
      {
        name,
        command: fill(entry.data.command),
        args: entry.data.args.map(fill),
        env: Object.fromEntries(filled),
        cwd,
      },
    ];
  });
}

/** Those that were asked for, in that order; all without a wish. */
export function chooseServers(servers: readonly StdioServer[], wanted: string | undefined): StdioServer[] {
  if (wanted === undefined) return [...servers];
  const names = servers.map(({ name }) => name);
  return wanted.split(',').map((name) => {
    const server = servers.find((one) => one.name === name);
    if (server !== undefined) return server;
    const meant = closest(name, names);
    const hint = meant === undefined ? `There are: ${names.join(', ')}.` : `Did you mean "${meant}"?`;
    throw usage(`No program is called "${name}". ${hint}`);
  });
}

/** `${NAME}` and `${NAME:-otherwise}`, as other readers of the file know them. */
function fillVariables(text: string, env: Environment, where: string): string {
  return text.replaceAll(
    /\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}/g,
    (_, name: string, otherwise: string | undefined) => {
      const value = env[name] || otherwise;
      if (value === undefined) throw usage(`${where} wants ${name} in the environment, and it is not set.`);
      return value;
    },
  );
}

function issueOf(error: z.ZodError): string {
  const [issue] = error.issues;
  return `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is wrong'}`;
}
