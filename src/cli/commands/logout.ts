import { noWords, type Command } from '#cli/command.ts';
import { CliFailure, exitCode } from '#cli/failure.ts';
import { printJson, printLine } from '#cli/host.ts';
import { call } from '#cli/http.ts';

export const logoutCommand: Command = {
  name: 'logout',
  summary: 'sign out and forget the stored login',
  help: `Usage: npx edgewise logout

The server revokes the tokens; they are removed here even if it cannot be reached.

Example: npx edgewise logout --api-url https://edgewise.example.workers.dev`,
  options: {},
  async run({ host, config, credentials, access, json, positionals }) {
    noWords('logout', positionals);
    const login = credentials.read(config.server);
    const headers = access.keyHeader();
    credentials.remove(config.server);
    const revoked = login !== undefined && (await revoke());
    if (json) printJson(host, { server: config.server, signed_out: login !== undefined, revoked });
    else if (login === undefined) printLine(host, `You were not signed in to ${config.server}.`);
    else printLine(host, `Signed out of ${config.server}.`);
    if (login !== undefined && !revoked) {
      host.errors.write('The server could not be told, so the tokens work there until they expire.\n');
    }
    return exitCode.ok;

    async function revoke(): Promise<boolean> {
      try {
        const response = await call(config.server, {
          method: 'POST',
          path: '/auth/logout',
          body: { refresh_token: login?.refresh_token },
          headers: { ...headers, 'X-User-Token': login?.token ?? '' },
        });
        return response.ok;
      } catch (error) {
        if (error instanceof CliFailure) return false;
        throw error;
      }
    }
  },
};
