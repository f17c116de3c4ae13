import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startFakeMessagesApi, type FakeMessagesApi } from '#test/support/fake-messages-api.ts';
import { answerFromPrompt } from '#test/support/prompt-script.ts';
import type { Vars } from '../../scripts/dev-vars.ts';
import { freePort, isFree, startDevServer, type DevServer } from '../../scripts/dev-server.ts';

const API_KEY = 'real-server-key';
const PASSWORD = 'real-server-password';

export interface RealServer {
  readonly url: string;
  /** The folder in which D1, R2 and the Durable Objects are stored. */
  readonly state: string;
  readonly model: FakeMessagesApi;
  readonly login: { readonly username: string; readonly password: string };
  /** For requests in the name of the admin. */
  headers(): Promise<Record<string, string>>;
  /** As if the machine lost power: the whole process group, at once. */
  kill(): Promise<void>;
  /** Again, over what was stored. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** What `npm start` runs, with a model that prompts can script and a state folder of its own. */
export async function startRealServer({
  vars = {},
  project,
  onOutput = () => {},
}: {
  /** Besides those that it needs anyway. */
  readonly vars?: Vars;
  /** A copy of the project, with other agents perhaps. */
  readonly project?: string;
  /** Gets what the server logs. */
  readonly onOutput?: (text: string) => void;
} = {}): Promise<RealServer> {
  const state = mkdtempSync(join(tmpdir(), 'edgewise-test-'));
  const port = await freePort();
  const model = await startFakeMessagesApi();
  model.respondWith(answerFromPrompt);
  const start = () =>
    startDevServer({
      port,
      state,
      ...(project !== undefined && { project }),
      onOutput,
      vars: {
        ...vars,
        API_KEY,
        CLI_ADMIN_PASSWORD: PASSWORD,
        PROXY_BASE_URL: model.url,
        BACKEND_PUBLIC_URL: `http://localhost:${port}`,
      },
    });
  let server: DevServer = await start();
  return {
    url: server.url,
    state,
    model,
    login: { username: 'admin', password: PASSWORD },
    async headers() {
      const response = await fetch(`${server.url}/api/v1/auth/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username: 'admin', password: PASSWORD }),
      });
      const { token }: { token: string } = await response.json();
      return { 'content-type': 'application/json', 'x-api-key': API_KEY, 'x-user-token': token };
    },
    async kill() {
      await server.stop('SIGKILL');
      // The leader is gone; who else of the group holds the port goes a moment later
      for (let attempt = 0; attempt < 100 && !(await isFree(port)); attempt++) await sleep(20);
    },
    async restart() {
      server = await start();
    },
    async close() {
      await server.stop();
      await model.close();
      rmSync(state, { recursive: true, force: true });
    },
  };
}
