import { text as readAll } from 'node:stream/consumers';
import { z } from 'zod';
import { signIn } from '#cli/access.ts';
import { askHidden } from '#cli/ask-hidden.ts';
import { readOptions, noWords, type Command, type CommandCall } from '#cli/command.ts';
import { CliFailure, exitCode } from '#cli/failure.ts';
import { isInteractive, printJson, printLine } from '#cli/host.ts';

const Options = z.object({
  username: z.string().optional(),
  'password-stdin': z.boolean().default(false),
});

async function readPassword(call: CommandCall, username: string, fromInput: boolean): Promise<string> {
  const { host, config } = call;
  if (fromInput) return (await readAll(host.input)).replace(/\r?\n$/, '');
  const known = config.environmentPassword ?? config.localPassword;
  if (known !== undefined && username === config.username) return known;
  if (isInteractive(host)) return askHidden(host, `Password of ${username} at ${config.server}: `);
  throw new CliFailure(
    exitCode.notSignedIn,
    'There is nobody to ask for the password. Set CLI_ADMIN_PASSWORD, or pipe it in with --password-stdin.',
  );
}

export const loginCommand: Command = {
  name: 'login',
  summary: 'sign in to a server and stay signed in',
  help: `Usage: npx edgewise login [--username NAME] [--password-stdin]

Keeps tokens, not the password, in ~/.config/edgewise/credentials.json, one entry per server. For a server elsewhere,
set API_KEY the first time: it is kept there as well.

Options:
  --username NAME   who you are (CLI_USERNAME, else admin)
  --password-stdin  read the password from standard input

Example: API_KEY=… npx edgewise login --api-url https://edgewise.example.workers.dev`,
  options: { username: { type: 'string' }, 'password-stdin': { type: 'boolean' } },
  async run(call) {
    const { host, config, credentials, json, values, positionals } = call;
    noWords('login', positionals);
    const options = readOptions('login', Options, values);
    const username = options.username ?? config.username;
    const password = await readPassword(call, username, options['password-stdin']);
    const login = await signIn(config, username, password);
    const key = host.env['API_KEY'] || credentials.read(config.server)?.api_key;
    credentials.write(config.server, { ...login, ...(key === undefined ? {} : { api_key: key }) });
    if (json) printJson(host, { server: config.server, username });
    else printLine(host, `Signed in to ${config.server} as ${username}.`);
    return exitCode.ok;
  },
};
