import { createAccess } from '#cli/access.ts';
import { createApi } from '#cli/api.ts';
import { closest } from '#cli/closest.ts';
import { commonHelp, parseWords, type Command } from '#cli/command.ts';
import { agentsCommand } from '#cli/commands/agents.ts';
import { bridgeCommand } from '#cli/commands/bridge.ts';
import { chatCommand } from '#cli/commands/chat.ts';
import { commandsCommand } from '#cli/commands/commands.ts';
import { linkCommand } from '#cli/commands/link.ts';
import { loginCommand } from '#cli/commands/login.ts';
import { logoutCommand } from '#cli/commands/logout.ts';
import { pluginCommand } from '#cli/commands/plugin.ts';
import { mcpCommand } from '#cli/commands/mcp.ts';
import { serveCommand } from '#cli/commands/serve.ts';
import { sessionsCommand } from '#cli/commands/sessions.ts';
import { setupCommand } from '#cli/commands/setup.ts';
import { skillsCommand } from '#cli/commands/skills.ts';
import { subagentsCommand } from '#cli/commands/subagents.ts';
import { usageCommand } from '#cli/commands/usage.ts';
import { whitelistCommand } from '#cli/commands/whitelist.ts';
import { readConfig } from '#cli/config.ts';
import { openCredentials } from '#cli/credentials.ts';
import { CliFailure, exitCode, type ExitCode } from '#cli/failure.ts';
import { printLine, type Host } from '#cli/host.ts';
import { styleFor } from '#cli/style.ts';
import { version } from '#cli/version.ts';

const commands: readonly Command[] = [
  serveCommand,
  chatCommand,
  agentsCommand,
  subagentsCommand,
  skillsCommand,
  commandsCommand,
  pluginCommand,
  sessionsCommand,
  usageCommand,
  mcpCommand,
  bridgeCommand,
  linkCommand,
  setupCommand,
  whitelistCommand,
  loginCommand,
  logoutCommand,
];

const overview = `edgewise: talk to your agents from the terminal.

Usage: npx edgewise <command> [options]

Commands:
${commands.map(({ name, summary }) => `  ${name.padEnd(12)}${summary}`).join('\n')}

${commonHelp}
  --version         print the version

Examples:
  npx edgewise chat -p 'write a file'
  npx edgewise sessions search file

Settings come from the environment, else from .dev.vars beside package.json (for the server on this machine):
  API_URL, API_KEY, CLI_USERNAME, CLI_ADMIN_PASSWORD; NO_COLOR switches colour off.

Exit codes: 0 done · 1 failed · 2 wrong usage · 3 not signed in · 4 server not reachable · 5 not found · 130 interrupted`;

/** Runs one command line. Every failure that was foreseen ends here, as one line on standard error. */
export async function runCli(argv: readonly string[], host: Host): Promise<ExitCode> {
  try {
    return await dispatch(argv, host);
  } catch (error) {
    if (!(error instanceof CliFailure)) throw error;
    host.errors.write(`${styleFor(host, host.errors).red(error.message)}\n`);
    return error.exitCode;
  }
}

async function dispatch(argv: readonly string[], host: Host): Promise<ExitCode> {
  const [first, ...rest] = argv;
  if (first === undefined) {
    host.errors.write(`${overview}\n`);
    return exitCode.usage;
  }
  if (first === '--version' || first === '-v') return show(host, version);
  if (first === '--help' || first === '-h') return show(host, overview);
  if (first === 'help')
    return rest[0] === undefined ? show(host, overview) : show(host, helpOf(find(rest[0])));

  const command = find(first);
  const { values, positionals } = parseWords(command, rest);
  if (values['help']) return show(host, helpOf(command));
  const apiUrl = values['api-url'];
  const config = readConfig(host, typeof apiUrl === 'string' ? apiUrl : undefined);
  const credentials = openCredentials(host);
  const access = createAccess({ host, config, credentials });
  const api = createApi(config, access);
  const json = values['json'] === true;
  return command.run({ host, config, credentials, access, api, json, values, positionals });
}

function find(name: string): Command {
  const command = commands.find((one) => one.name === name);
  if (command !== undefined) return command;
  const meant = closest(
    name,
    commands.map((one) => one.name),
  );
  throw new CliFailure(
    exitCode.usage,
    `There is no command "${name}".${meant === undefined ? '' : ` Did you mean "${meant}"?`} See \`npx edgewise --help\`.`,
  );
}

const helpOf = ({ name, summary, help }: Command) =>
  `edgewise ${name}: ${summary}.\n\n${help}\n\n${commonHelp}`;

function show(host: Host, text: string): ExitCode {
  printLine(host, text);
  return exitCode.ok;
}
