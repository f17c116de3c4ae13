import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { chooseServers, readStdioServers, ServerName, type StdioServer } from '#cli/bridge/read-config.ts';
import { serveBridge } from '#cli/bridge/serve-bridge.ts';
import { readOptions, type Command } from '#cli/command.ts';
import { CliFailure, exitCode } from '#cli/failure.ts';
import { printJson, printLine, type Host } from '#cli/host.ts';
import { printable } from '#cli/style.ts';

const TOKEN_VARIABLE = 'EDGEWISE_BRIDGE_TOKEN';

const Options = z.object({
  config: z.string().default('.mcp.json'),
  port: z.coerce.number('not a number').int('not a whole number').min(0).max(65_535).default(7010),
  only: z.string().optional(),
  name: ServerName.default('local'),
  token: z.string().min(16, 'is too short, take 16 characters or more').optional(),
  'allow-host': z.string().toLowerCase().optional(),
});
type Options = z.infer<typeof Options>;

export const bridgeCommand: Command = {
  name: 'bridge',
  summary: 'serve MCP programs of this machine over HTTP, for your agents',
  help: `Usage:
  npx edgewise bridge [--config FILE] [--only NAME,…]   the programs of an .mcp.json
  npx edgewise bridge [--name NAME] -- COMMAND ARGS…    one program

A Worker cannot start programs. The bridge does, one for each client, and serves them on 127.0.0.1 at /NAME/mcp. It
prints what to put into agents.yaml. Ctrl-C ends it and the programs.

Options:
  --config FILE       where the programs are named, under mcpServers (.mcp.json)
  --only NAME,…       not all of them
  --name NAME         what the program after -- is called (local)
  --port N            where to listen (7010)
  --token TOKEN       what clients have to send (${TOKEN_VARIABLE}, else a new one each time)
  --allow-host HOST   another name by which the bridge is reached: that of a tunnel

Example: npx edgewise bridge --name files -- npx -y @modelcontextprotocol/server-filesystem ~/notes`,
  options: {
    config: { type: 'string' },
    port: { type: 'string' },
    only: { type: 'string' },
    name: { type: 'string' },
    token: { type: 'string' },
    'allow-host': { type: 'string' },
  },
  async run({ host, json, values, positionals }) {
    const options = readOptions('bridge', Options, values);
    const servers = chosen(host, options, positionals);
    const given = options.token ?? (host.env[TOKEN_VARIABLE] || undefined);
    const token = given ?? randomBytes(32).toString('base64url');
    const tell = (line: string) => void host.errors.write(`${printable(line)}\n`);
    const hosts = options['allow-host'] === undefined ? [] : [options['allow-host']];
    const bridge = await serveBridge({
      servers,
      port: options.port,
      token,
      hosts,
      clock: host.clock,
      tell,
    }).catch((error: unknown) => {
      throw portTaken(error, options.port);
    });
    const addresses = servers.map(({ name }) => ({
      name,
      url: `http://127.0.0.1:${bridge.port}/${name}/mcp`,
    }));
    if (json) printJson(host, { servers: addresses, ...(given === undefined && { token }) });
    else printLine(host, howToConnect(addresses, given === undefined ? token : undefined));
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    host.onInterrupt(end);
    process.once('SIGTERM', end);
    await ended;
    process.off('SIGTERM', end);
    await bridge.close();
    return exitCode.ok;
  },
};

function chosen(host: Host, options: Options, [command, ...args]: readonly string[]): StdioServer[] {
  if (command !== undefined) {
    // Who types a command means it to see what the terminal sees
    const env = Object.fromEntries(
      Object.entries(host.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    );
    return [{ name: options.name, command, args, env, cwd: process.cwd() }];
  }
  const path = resolve(options.config);
  const servers = readStdioServers(readConfig(path, options.config), {
    path: options.config,
    cwd: dirname(path),
    env: host.env,
  });
  if (servers.length === 0) {
    throw new CliFailure(
      exitCode.usage,
      `${options.config} names no program (an entry of mcpServers with a command). See \`npx edgewise bridge --help\`.`,
    );
  }
  return chooseServers(servers, options.only);
}

function readConfig(path: string, shown: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new CliFailure(
      exitCode.usage,
      `${shown} cannot be read. Name the file with --config, or a program after --: npx edgewise bridge -- npx some-server`,
    );
  }
}

function portTaken(error: unknown, port: number): unknown {
  const code = z.object({ code: z.string() }).safeParse(error).data?.code;
  if (code !== 'EADDRINUSE' && code !== 'EACCES') return error;
  return new CliFailure(
    exitCode.failure,
    `Port ${port} is in use, or not allowed. Take another: --port ${port + 1}.`,
  );
}

function howToConnect(servers: readonly { name: string; url: string }[], token: string | undefined): string {
  const entries = servers.flatMap(({ name, url }) => [
    `      ${name}:`,
    `        url: ${url}`,
    '        headers:',
    `          Authorization: Bearer \${${TOKEN_VARIABLE}}`,
  ]);
  const secret =
    token === undefined
      ? []
      : [`And in .dev.vars (this token is shown once, and new each time):`, `${TOKEN_VARIABLE}=${token}`, ''];
  return [
    'For an agent in agents.yaml:',
    '    mcp_servers:',
    ...entries,
    '',
    ...secret,
    'The bridge runs. Ctrl-C ends it.',
  ].join('\n');
}
