import { createServer } from 'node:http';
import { text as readAll } from 'node:stream/consumers';
import type { PlatformStatus } from '#cli/api.ts';
import { WhitelistEntry } from '#protocol/whitelist.ts';

type Steps = readonly string[];

/** The routes of an Edgewise server that only administrators use, for the command line client. */
export interface FakeAdminServer {
  readonly url: string;
  /** By platform: what its set-up ends with; a text is why it failed. Absent: it is not configured. */
  readonly setUps: Map<string, { readonly steps: Steps | string; readonly status: PlatformStatus }>;
  readonly entries: WhitelistEntry[];
  readonly enabled: Record<string, boolean>;
  webhookUrl: string;
  isAdmin: boolean;
  close(): void;
}

export const goodStatus = (platform: PlatformStatus['platform']): PlatformStatus => ({
  platform,
  token_valid: true,
  account: '@edgewise_bot',
  webhook_url: 'https://edgewise.example/hook',
  webhook_ok: true,
  last_error: null,
  token_expires_at: null,
  products: [],
  last_send_error: null,
});

export async function startFakeAdminServer(): Promise<FakeAdminServer> {
  const fake: Omit<FakeAdminServer, 'url' | 'close'> = {
    setUps: new Map(),
    entries: [],
    enabled: { telegram: true, whatsapp: true, zalo: true, imessage: true },
    webhookUrl: 'https://edgewise.example/hook',
    isAdmin: true,
  };
  const answer = (route: string, body: Record<string, unknown>): [status: number, value: unknown] => {
    if (route === 'POST /auth/login') return [200, { success: true, token: 'a.b.c', refresh_token: 'r' }];
    if (route === 'POST /auth/ws-token-refresh') return [200, { access_token: 'a.b.c', refresh_token: 'r' }];
    if (!fake.isAdmin) return [403, { detail: 'Admin access required' }];
    const [, platform = '', act = ''] = /\/admin\/platforms\/(\w+)\/(\w+)$/.exec(route) ?? [];
    if (platform !== '') {
      const found = fake.setUps.get(platform);
      if (found === undefined) return [404, { detail: `Platform '${platform}' not configured` }];
      if (act === 'status') return [200, found.status];
      return typeof found.steps === 'string'
        ? [502, { detail: found.steps }]
        : [200, { webhook_url: fake.webhookUrl, steps: found.steps }];
    }
    if (route === 'GET /admin/whitelist') return [200, { enabled: fake.enabled, entries: fake.entries }];
    if (route === 'POST /admin/whitelist/toggle') {
      fake.enabled[String(body['platform'])] = body['enabled'] === true;
      return [200, body];
    }
    if (route === 'POST /admin/whitelist') {
      const made = { id: `id-${fake.entries.length + 1}`, created_at: '2026-01-01T00:00:00Z' };
      const entry = WhitelistEntry.parse({ ...made, ...body });
      fake.entries.push(entry);
      return [200, entry];
    }
    const [, id = ''] = /^DELETE \/admin\/whitelist\/(.+)$/.exec(route) ?? [];
    const at = fake.entries.findIndex((entry) => entry.id === id);
    if (at < 0) return [404, { detail: 'Entry not found' }];
    fake.entries.splice(at, 1);
    return [200, { status: 'deleted' }];
  };

  const server = createServer((request, response) => {
    void (async () => {
      const raw = await readAll(request);
      const path = new URL(request.url ?? '/', 'http://fake').pathname.replace('/api/v1', '');
      const [status, value] = answer(`${request.method} ${path}`, raw === '' ? {} : JSON.parse(raw));
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    })();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the fake server has no port');
  return Object.assign(fake, {
    url: `http://127.0.0.1:${address.port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  });
}
