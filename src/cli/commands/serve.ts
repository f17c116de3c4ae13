import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { readOptions, noWords, type Command } from '#cli/command.ts';
import { CliFailure, exitCode } from '#cli/failure.ts';
import { projectFolder } from '#cli/host.ts';

const Options = z.object({
  port: z.coerce.number('not a number').int('not a whole number').min(1).max(65_535).optional(),
  state: z.string().optional(),
});

export const serveCommand: Command = {
  name: 'serve',
  summary: 'run the server on this machine, as `npm start` does',
  help: `Usage: npx edgewise serve [--port N] [--state DIR]

Options:
  --port N          where to listen (7001)
  --state DIR       where sessions, users and files are kept (.wrangler/state)

Example: npx edgewise serve --port 8080 --state /tmp/edgewise`,
  options: { port: { type: 'string' }, state: { type: 'string' } },
  async run({ values, positionals }) {
    noWords('serve', positionals);
    const { port, state } = readOptions('serve', Options, values);
    const script = fileURLToPath(new URL('scripts/start.ts', projectFolder));
    const args = [
      ...(port === undefined ? [] : ['--port', String(port)]),
      ...(state === undefined ? [] : ['--state', state]),
    ];
    const server = spawn(process.execPath, [script, ...args], {
      cwd: fileURLToPath(projectFolder),
      stdio: 'inherit',
    });
    // Ctrl-C reaches the server by itself; this process waits until it has cleaned up
    process.on('SIGINT', () => {});
    process.on('SIGTERM', () => server.kill('SIGTERM'));
    const [code] = await once(server, 'exit');
    if (code === 0 || code === null) return exitCode.ok;
    throw new CliFailure(exitCode.failure, `The server ended with code ${String(code)}.`);
  },
};
