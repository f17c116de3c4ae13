import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Host } from '#cli/host.ts';

/** What `edgewise login` keeps of one server. The password is not kept. */
export const Login = z.object({
  username: z.string(),
  token: z.string(),
  refresh_token: z.string(),
  /** Only if the server is not the one on this machine, whose key is in `.dev.vars`. */
  api_key: z.string().optional(),
});
export type Login = z.infer<typeof Login>;

const Logins = z.record(z.string(), Login);

export interface Credentials {
  readonly file: string;
  read(server: string): Login | undefined;
  write(server: string, login: Login): void;
  /** Tells whether there was one. */
  remove(server: string): boolean;
}

/** One file for all servers, keyed by address, readable by its owner alone. */
export function openCredentials(host: Host): Credentials {
  const base = host.env['XDG_CONFIG_HOME'] || join(host.env['HOME'] || homedir(), '.config');
  const file = join(base, 'edgewise', 'credentials.json');

  // Another terminal may have refreshed a token meanwhile, so every call reads the file again
  function readAll(): Record<string, Login> {
    try {
      return Logins.parse(JSON.parse(readFileSync(file, 'utf8')));
    } catch {
      return {}; // absent, or damaged: either way the person has to log in again
    }
  }
  function writeAll(logins: Record<string, Login>): void {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const fresh = `${file}.${process.pid}`;
    writeFileSync(fresh, `${JSON.stringify(logins, null, 2)}\n`, { mode: 0o600 });
    renameSync(fresh, file);
  }

  return {
    file,
    read: (server) => readAll()[server],
    write: (server, login) => writeAll({ ...readAll(), [server]: login }),
    remove(server) {
      const { [server]: found, ...others } = readAll();
      if (found !== undefined) writeAll(others);
      return found !== undefined;
    },
  };
}
