import type { LinkedIdentity } from '#protocol/link.ts';
import type { McpServerState } from '#protocol/mcp.ts';

const CODE_MS = 10 * 60_000;

/** What the API says about messengers and MCP servers, for the fake servers of the page and the terminal. */
export class FakeConnections {
  identities: LinkedIdentity[] = [];
  servers: McpServerState[] = [];
  /** Codes that the bot showed in a messenger, and who got them. */
  readonly shown = new Map<string, LinkedIdentity>();
  /** Routes that fail, such as `GET /mcp/servers`. */
  readonly failing = new Set<string>();
  codeMs = CODE_MS;
  /** Where a sign-in begins. */
  signInUrl = 'https://signin.example/start';
  #codes = 0;

  /** Undefined for a route of another kind. */
  answer(
    route: string,
    body: Record<string, unknown>,
  ): { readonly status: number; readonly value: unknown } | undefined {
    if (this.failing.has(route)) return { status: 500, value: { detail: 'Internal Server Error' } };
    if (route === 'GET /mcp/servers') return { status: 200, value: { servers: this.servers } };
    if (route === 'GET /platforms/identities') return { status: 200, value: { identities: this.identities } };
    if (route === 'POST /platforms/link-codes') {
      this.#codes += 1;
      const expires_at = new Date(Date.now() + this.codeMs).toISOString();
      return { status: 200, value: { code: `KX7P-2M4${this.#codes}`, expires_at } };
    }
    if (route === 'POST /platforms/link-codes/preview') {
      const shown = this.shown.get(String(body['code']));
      if (shown === undefined) return { status: 404, value: { detail: 'The code is wrong or has expired.' } };
      const { platform, platform_user_id, name } = shown;
      return { status: 200, value: { platform, platform_user_id, name } };
    }
    if (route === 'POST /platforms/identities') {
      const linked = this.shown.get(String(body['code']));
      if (linked === undefined)
        return { status: 404, value: { detail: 'The code is wrong or has expired.' } };
      this.identities.push(linked);
      return { status: 200, value: linked };
    }
    const [method, path = ''] = route.split(' ');
    const [, room, kind, id = '', verb] = path.split('/');
    if (method === 'DELETE' && room === 'platforms' && kind === 'identities') {
      const left = this.identities.filter((one) => one.id !== id);
      if (left.length === this.identities.length)
        return { status: 404, value: { detail: 'Identity not found' } };
      this.identities = left;
      return { status: 200, value: { status: 'deleted' } };
    }
    if (room === 'mcp' && kind === 'servers' && verb === 'sign-in') return this.#signIn(method, id);
    return undefined;
  }

  #signIn(method: string | undefined, name: string) {
    const server = this.servers.find((one) => one.name === name);
    if (server === undefined)
      return { status: 404, value: { detail: 'There is no MCP server of that name' } };
    if (method === 'DELETE') {
      this.servers = this.servers.map((one) =>
        one === server ? { ...one, state: 'sign_in', tools: null, signed_in: false } : one,
      );
      return { status: 204, value: null };
    }
    return server.state === 'unavailable'
      ? { status: 502, value: { detail: `${name} offers no sign-in.` } }
      : { status: 200, value: { url: this.signInUrl } };
  }
}

export const linkedAda: LinkedIdentity = {
  id: 'i1',
  platform: 'telegram',
  platform_user_id: '4711',
  name: 'Ada',
  linked_at: '2026-11-01T08:00:00.000Z',
};
