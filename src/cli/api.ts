import { z } from 'zod';
import type { Access } from '#cli/access.ts';
import type { Config } from '#cli/config.ts';
import { call, failureFor, problemOf, readBody, type Call } from '#cli/http.ts';
import { CommandList, SkillList, SubagentList } from '#protocol/config.ts';
import { LinkCode, LinkedIdentity, LinkPreview } from '#protocol/link.ts';
import { McpServerList, McpSignInStart } from '#protocol/mcp.ts';
import { MadePersonalToken, PersonalToken } from '#protocol/personal-token.ts';
import { PlatformSetUp, PlatformStatusAnswer } from '#protocol/platform-status.ts';
import type { PlatformName } from '#protocol/platform.ts';
import { History, SearchResponse, SessionInfo } from '#protocol/session.ts';
import { SessionUsage, UsageByDay } from '#protocol/usage.ts';
import { Whitelist, WhitelistEntry, WhitelistToggle, type NewWhitelistEntry } from '#protocol/whitelist.ts';

const Agent = z.object({
  agent_id: z.string(),
  name: z.string(),
  description: z.string(),
  model: z.string().nullish(),
  is_default: z.boolean(),
});

const Agents = z.object({ agents: z.array(Agent) });
const Done = z.object({ status: z.string() });
const Identities = z.object({ identities: z.array(LinkedIdentity) });

/** Those fields of a session that are shown; more may come. */
const ListedSession = SessionInfo.pick({
  session_id: true,
  name: true,
  first_message: true,
  created_at: true,
  turn_count: true,
  agent_id: true,
}).loose();
export type ListedSession = z.infer<typeof ListedSession>;

export type PlatformStatus = z.infer<typeof PlatformStatusAnswer>;

export type Api = ReturnType<typeof createApi>;

/** The routes that the commands use. All throw a `CliFailure` for whatever is not a success. */
export function createApi(config: Config, access: Access) {
  const session = (id: string) => `/sessions/${encodeURIComponent(id)}`;
  const mcpSignIn = (name: string) => `/mcp/servers/${encodeURIComponent(name)}/sign-in`;

  /** With the key alone: what the server offers is no secret of one user. */
  const withKey = async (path: string) =>
    call(config.server, { method: 'GET', path, headers: access.keyHeader() });

  /** As the user who is signed in. A token that was refused is renewed, once. */
  async function asUser(request: Call): Promise<Response> {
    const send = (token: string) =>
      call(config.server, { ...request, headers: { ...access.keyHeader(), 'X-User-Token': token } });
    const response = await send(await access.token());
    if (response.status !== 401) return response;
    const problem = await problemOf(response);
    if (problem.includes('API key')) throw failureFor(401, problem);
    return send(await access.renew());
  }

  return {
    asUser,
    agents: async () => (await readBody(await withKey('/config/agents'), Agents)).agents,
    subagents: async () => (await readBody(await withKey('/config/subagents'), SubagentList)).subagents,
    skills: async () => (await readBody(await withKey('/config/skills'), SkillList)).skills,
    commands: async (agent: string | undefined) => {
      const query = agent === undefined ? '' : `?agent_id=${encodeURIComponent(agent)}`;
      return (await readBody(await withKey(`/config/commands${query}`), CommandList)).commands;
    },
    sessions: async () =>
      readBody(await asUser({ method: 'GET', path: '/sessions' }), z.array(ListedSession)),
    search: async (query: string) =>
      readBody(
        await asUser({ method: 'GET', path: `/sessions/search?query=${encodeURIComponent(query)}` }),
        SearchResponse,
      ),
    history: async (id: string) =>
      readBody(await asUser({ method: 'GET', path: `${session(id)}/history` }), History),
    rename: async (id: string, name: string) =>
      readBody(await asUser({ method: 'PATCH', path: session(id), body: { name } }), ListedSession),
    remove: async (ids: readonly string[]) =>
      readBody(
        await asUser({ method: 'POST', path: '/sessions/batch-delete', body: { session_ids: ids } }),
        Done,
      ),
    sessionUsage: async (id: string) =>
      readBody(await asUser({ method: 'GET', path: `${session(id)}/usage` }), SessionUsage),
    usage: async (days: number) =>
      readBody(await asUser({ method: 'GET', path: `/usage?days=${days}` }), UsageByDay),
    mcpTokens: async () =>
      readBody(await asUser({ method: 'GET', path: '/mcp/tokens' }), z.array(PersonalToken)),
    makeMcpToken: async (name: string) =>
      readBody(await asUser({ method: 'POST', path: '/mcp/tokens', body: { name } }), MadePersonalToken),
    revokeMcpToken: async (id: string) =>
      readBody(await asUser({ method: 'DELETE', path: `/mcp/tokens/${encodeURIComponent(id)}` }), Done),
    mcpServers: async () =>
      (await readBody(await asUser({ method: 'GET', path: '/mcp/servers' }), McpServerList)).servers,
    mcpSignIn: async (name: string) =>
      readBody(await asUser({ method: 'POST', path: mcpSignIn(name) }), McpSignInStart),
    mcpSignOut: async (name: string): Promise<void> => {
      const response = await asUser({ method: 'DELETE', path: mcpSignIn(name) });
      if (!response.ok) throw failureFor(response.status, await problemOf(response));
    },
    makeLinkCode: async () =>
      readBody(await asUser({ method: 'POST', path: '/platforms/link-codes' }), LinkCode),
    previewLinkCode: async (code: string) =>
      readBody(
        await asUser({ method: 'POST', path: '/platforms/link-codes/preview', body: { code } }),
        LinkPreview,
      ),
    enterLinkCode: async (code: string) =>
      readBody(
        await asUser({ method: 'POST', path: '/platforms/identities', body: { code } }),
        LinkedIdentity,
      ),
    identities: async () =>
      (await readBody(await asUser({ method: 'GET', path: '/platforms/identities' }), Identities)).identities,
    unlink: async (id: string) =>
      readBody(
        await asUser({ method: 'DELETE', path: `/platforms/identities/${encodeURIComponent(id)}` }),
        Done,
      ),
    /** Null: the server has no such platform. */
    setUpPlatform: async (name: PlatformName) =>
      readIfConfigured(
        await asUser({ method: 'POST', path: `/admin/platforms/${name}/setup` }),
        PlatformSetUp,
      ),
    platformStatus: async (name: PlatformName) =>
      readIfConfigured(
        await asUser({ method: 'GET', path: `/admin/platforms/${name}/status` }),
        PlatformStatusAnswer,
      ),
    whitelist: async () => readBody(await asUser({ method: 'GET', path: '/admin/whitelist' }), Whitelist),
    addToWhitelist: async (entry: NewWhitelistEntry) =>
      readBody(await asUser({ method: 'POST', path: '/admin/whitelist', body: entry }), WhitelistEntry),
    removeFromWhitelist: async (id: string) =>
      readBody(await asUser({ method: 'DELETE', path: `/admin/whitelist/${encodeURIComponent(id)}` }), Done),
    toggleWhitelist: async (toggle: z.infer<typeof WhitelistToggle>) =>
      readBody(
        await asUser({ method: 'POST', path: '/admin/whitelist/toggle', body: toggle }),
        WhitelistToggle,
      ),
    exportSession: async (id: string, format: 'jsonl' | 'markdown') => {
      const response = await asUser({ method: 'GET', path: `${session(id)}/export?format=${format}` });
      if (!response.ok) throw failureFor(response.status, await problemOf(response));
      return response.text();
    },
  };
}

async function readIfConfigured<Shape>(response: Response, schema: z.ZodType<Shape>): Promise<Shape | null> {
  if (response.status !== 404) return readBody(response, schema);
  const problem = await problemOf(response);
  if (problem.includes('not configured')) return null;
  throw failureFor(404, problem);
}
