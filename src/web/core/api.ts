import { fail, succeed, type Result } from '#lib/result.ts';
import { isRecord, readJson, type Shape } from '#web/core/shape.ts';
import { createRefresh, type RefreshDeps } from '#web/core/refresh.ts';
import * as wire from '#web/core/wire.ts';

/** `message` is the server's own word for the refusal, null where it gave none. */
type ApiProblem =
  | { readonly kind: 'signed_out' }
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'refused'; readonly status: number; readonly message: string | null };

export type Answer<Value> = Promise<Result<Value, ApiProblem>>;

export interface ApiDeps extends RefreshDeps {
  /** Called when a call stayed refused after a refresh: the visitor has to sign in again. */
  readonly onSignedOut: () => void;
}

const BASE = '/api/v1';
const HISTORY_PAGE = 500;

export type Api = ReturnType<typeof createApi>;

/** The page's calls to its own server. The cookies travel by themselves; no token is ever seen here. */
export function createApi(deps: ApiDeps) {
  const refresh = createRefresh(deps);

  /** Asks, and on a refusal for lack of a valid cookie refreshes once and asks again. */
  async function send(path: string, init: RequestInit = {}): Answer<Response> {
    const startedAt = deps.clock.now();
    let response = await attempt(path, init);
    if (response?.status === 401) {
      const outcome = await refresh(startedAt);
      if (outcome === 'unreachable') return fail({ kind: 'unreachable' });
      if (outcome === 'renewed') response = await attempt(path, init);
    }
    if (response === null) return fail({ kind: 'unreachable' });
    if (response.status === 401) {
      deps.onSignedOut();
      return fail({ kind: 'signed_out' });
    }
    if (response.ok) return succeed(response);
    if (response.status === 404) return fail({ kind: 'missing' });
    return fail({ kind: 'refused', status: response.status, message: await refusalText(response) });
  }

  const attempt = (path: string, init: RequestInit): Promise<Response | null> =>
    deps.fetch(BASE + path, { credentials: 'same-origin', ...init }).catch(() => null);

  async function ask<Value>(path: string, shape: Shape<Value>, init?: RequestInit): Answer<Value> {
    const response = await send(path, init);
    return response.ok ? readBody(shape, response.value) : response;
  }

  return {
    /** True when the cookies are good again, false when only signing in helps. */
    renew: async (): Promise<boolean> => (await send('/auth/page/me')).ok,
    me: () => ask('/auth/page/me', wire.user),
    async signIn(username: string, password: string): Answer<ReturnType<typeof wire.signInAnswer>> {
      const response = await attempt('/auth/page/login', json('POST', { username, password }));
      if (response === null) return fail({ kind: 'unreachable' });
      if (response.ok) return readBody(wire.signInAnswer, response);
      return fail({ kind: 'refused', status: response.status, message: await refusalText(response) });
    },
    signOut: () => attempt('/auth/page/logout', json('POST', {})),

    agents: async (): Answer<wire.Agent[]> => {
      const answer = await ask('/config/agents', wire.agentList);
      return answer.ok ? succeed(answer.value.agents) : answer;
    },
    commands: (agentId: string | null) =>
      ask(`/config/commands${agentId === null ? '' : `?agent_id=${encode(agentId)}`}`, wire.commandList),
    pageConfig: () => ask('/config/page', wire.pageConfig),

    async sessions(cursor: string | null): Answer<{ sessions: SessionList; next: string | null }> {
      const response = await send(`/sessions?limit=50${cursor === null ? '' : `&cursor=${encode(cursor)}`}`);
      if (!response.ok) return response;
      const sessions = await readBody(wire.sessionList, response.value);
      return sessions.ok
        ? succeed({ sessions: sessions.value, next: response.value.headers.get('x-next-cursor') })
        : sessions;
    },
    search: (query: string) =>
      ask(`/sessions/search?query=${encode(query)}&max_results=20`, wire.searchResponse),
    rename: (id: string, name: string | null) => send(`/sessions/${encode(id)}`, json('PATCH', { name })),
    remove: (id: string) => send(`/sessions/${encode(id)}`, { method: 'DELETE' }),
    /** Every page of it, oldest first, joined; `last_event` is that of the last page. */
    async history(id: string): Answer<ReturnType<typeof wire.history>> {
      const path = `/sessions/${encode(id)}/history?limit=${HISTORY_PAGE}`;
      let joined = await ask(path, wire.history);
      while (joined.ok && joined.value.next_cursor !== null) {
        const before = joined.value.messages;
        const page = await ask(`${path}&cursor=${encode(joined.value.next_cursor)}`, wire.history);
        joined = page.ok ? succeed({ ...page.value, messages: [...before, ...page.value.messages] }) : page;
      }
      return joined;
    },

    files: (session: string) => ask(`/files/${encode(session)}/list`, wire.fileList),
    removeFile: (session: string, file: Pick<wire.StoredFile, 'safe_name' | 'file_type'>) =>
      ask(
        `/files/${encode(session)}/delete`,
        wire.successAnswer,
        json('DELETE', { safe_name: file.safe_name, file_type: file.file_type }),
      ),

    identities: () => ask('/platforms/identities', wire.identityList),
    makeLinkCode: () => ask('/platforms/link-codes', wire.linkCode, { method: 'POST' }),
    previewLinkCode: (code: string) =>
      ask('/platforms/link-codes/preview', wire.linkPreview, json('POST', { code })),
    enterLinkCode: (code: string) => ask('/platforms/identities', wire.identity, json('POST', { code })),
    unlink: (id: string) => send(`/platforms/identities/${encode(id)}`, { method: 'DELETE' }),
    mcpServers: () => ask('/mcp/servers', wire.mcpServerList),
    mcpSignIn: (name: string) =>
      ask(`/mcp/servers/${encode(name)}/sign-in`, wire.mcpSignInStart, { method: 'POST' }),
    mcpSignOut: (name: string) => send(`/mcp/servers/${encode(name)}/sign-in`, { method: 'DELETE' }),
  };
}

type SessionList = ReturnType<typeof wire.sessionList>;

const encode = encodeURIComponent;

export const downloadPath = (session: string, file: Pick<wire.StoredFile, 'safe_name' | 'file_type'>) =>
  `${BASE}/files/${encode(session)}/download/${file.file_type}/${encode(file.safe_name)}`;

export const uploadPath = `${BASE}/files/upload`;

const json = (method: string, body: unknown): RequestInit => ({
  method,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** What is no answer of ours, such as the page of a network that wants a sign-in of its own, is a refusal. */
async function readBody<Value>(shape: Shape<Value>, response: Response): Answer<Value> {
  const read = readJson(shape, await response.text().catch(() => ''));
  return read.ok ? read : fail({ kind: 'refused', status: response.status, message: null });
}

async function refusalText(response: Response): Promise<string | null> {
  const body: unknown = await response.json().catch(() => null);
  if (!isRecord(body)) return null;
  return [body['detail'], body['error'], body['message']].find((text) => typeof text === 'string') ?? null;
}
