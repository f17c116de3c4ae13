import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** An authorization server beside a fake MCP server: discovery, registration, PKCE, codes and refresh tokens used once. */
export class FakeSignIn {
  readonly #url: () => string;
  readonly #codes = new Map<string, string>();
  #access = new Set<string>();
  readonly #refresh = new Set<string>();

  constructor(url: () => string) {
    this.#url = url;
  }

  /** Whether a request carries a good token; if not, it is answered with a challenge. */
  admits(request: IncomingMessage, response: ServerResponse): boolean {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (token !== undefined && this.#access.has(token)) return true;
    response
      .writeHead(401, {
        'www-authenticate': `Bearer resource_metadata="${this.#url()}/.well-known/oauth-protected-resource/oauth", scope="read"`,
      })
      .end();
    return false;
  }

  /** Contract: true if the request was for the authorization server, and is answered. */
  async answer(request: IncomingMessage, response: ServerResponse, path: string): Promise<boolean> {
    const json = (body: unknown, status = 200) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      return true;
    };
    const url = this.#url();
    switch (path) {
      case '/.well-known/oauth-protected-resource/oauth':
        return json({ resource: `${url}/oauth`, authorization_servers: [url] });
      case '/.well-known/oauth-authorization-server':
        return json({
          issuer: url,
          authorization_endpoint: `${url}/authorize`,
          token_endpoint: `${url}/token`,
          registration_endpoint: `${url}/register`,
          response_types_supported: ['code'],
          code_challenge_methods_supported: ['S256'],
          token_endpoint_auth_methods_supported: ['none'],
        });
      case '/register':
        return json({ ...JSON.parse(await readText(request)), client_id: 'client-1' }, 201);
      case '/authorize': {
        const { searchParams } = new URL(request.url ?? '', url);
        const code = randomUUID();
        this.#codes.set(code, searchParams.get('code_challenge') ?? '');
        const back = new URL(searchParams.get('redirect_uri') ?? '');
        back.searchParams.set('code', code);
        back.searchParams.set('state', searchParams.get('state') ?? '');
        response.writeHead(302, { location: back.href }).end();
        return true;
      }
      case '/token':
        return this.#exchange(new URLSearchParams(await readText(request)), json);
      case '/control/expire':
        this.#access = new Set();
        return json({});
      case '/control/revoke':
        this.#access = new Set();
        this.#refresh.clear();
        return json({});
      default:
        return false;
    }
  }

  #exchange(form: URLSearchParams, json: (body: unknown, status?: number) => boolean): boolean {
    const refresh = form.get('refresh_token');
    const code = form.get('code') ?? '';
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const isGood = refresh === null ? this.#codes.get(code) === challenge : this.#refresh.has(refresh);
    if (!isGood) return json({ error: 'invalid_grant' }, 400);
    this.#codes.delete(code);
    this.#refresh.delete(refresh ?? '');
    const tokens = { access_token: `access-${randomUUID()}`, refresh_token: `refresh-${randomUUID()}` };
    this.#access.add(tokens.access_token);
    this.#refresh.add(tokens.refresh_token);
    return json({ ...tokens, token_type: 'Bearer', expires_in: 3600 });
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
