import type { PageConfig } from '#protocol/config.ts';
import type { LinkCode, LinkedIdentity, LinkPreview } from '#protocol/link.ts';
import type { McpServerState } from '#protocol/mcp.ts';
import type { SessionInfo, SearchResponse, History } from '#protocol/session.ts';
import type { User } from '#protocol/user.ts';
import {
  boolean,
  list,
  literal,
  nullable,
  number,
  object,
  optional,
  record,
  string,
  textOrList,
  type Shape,
} from '#web/core/shape.ts';
import { permissionMode } from '#web/core/wire-events.ts';

/** What the server answers to the page. Tied to the protocol's types: a drift does not compile. */

const sessionInfo: Shape<SessionInfo> = object({
  session_id: string,
  name: nullable(string),
  first_message: nullable(string),
  created_at: string,
  updated_at: string,
  turn_count: number,
  user_id: () => null,
  agent_id: nullable(string),
  cwd_id: nullable(string),
  permission_folders: nullable(list(string)),
  client_type: nullable(string),
  archived: boolean,
});
export const sessionList = list(sessionInfo);

export const searchResponse: Shape<SearchResponse> = object({
  results: list(
    object({
      session_id: string,
      name: nullable(string),
      first_message: nullable(string),
      created_at: string,
      turn_count: number,
      agent_id: nullable(string),
      relevance_score: number,
      match_count: number,
      snippet: string,
      snippets: list(string),
    }),
  ),
  total_count: number,
  query: string,
});

export const history: Shape<History> = object({
  session_id: string,
  messages: list(
    object({
      role: literal('user', 'assistant', 'tool_use', 'tool_result', 'system', 'event'),
      content: textOrList,
      timestamp: string,
      message_id: nullable(string),
      tool_name: nullable(string),
      tool_use_id: nullable(string),
      is_error: nullable(boolean),
      metadata: record,
    }),
  ),
  turn_count: number,
  first_message: nullable(string),
  last_event: number,
  next_cursor: nullable(string),
});

export const user: Shape<User> = object({ id: string, username: string, role: string, full_name: string });
export const signInAnswer = object({ success: boolean, user: nullable(user), error: nullable(string) });

const agent = object({
  agent_id: string,
  name: string,
  description: string,
  model: string,
  permission_mode: optional(permissionMode),
  is_default: boolean,
});
export type Agent = ReturnType<typeof agent>;
export const agentList = object({ agents: list(agent) });
const command = object({ name: string, description: string, argument_hint: nullable(string) });
export type Command = ReturnType<typeof command>;
export const commandList = object({ commands: list(command) });
const platform = literal('telegram', 'whatsapp', 'zalo', 'imessage');
export const pageConfig: Shape<PageConfig> = object({ demo: boolean, messengers: list(platform) });

const storedFile = object({
  safe_name: string,
  original_name: string,
  file_type: literal('input', 'output'),
  size_bytes: number,
  content_type: string,
  created_at: string,
});
export type StoredFile = ReturnType<typeof storedFile>;
export const fileList = object({ files: list(storedFile), total_files: number, total_size_bytes: number });
export const uploadAnswer = object({
  success: boolean,
  file: nullable(storedFile),
  error: nullable(string),
});
export const successAnswer = object({ success: boolean, error: nullable(string) });

export const linkCode: Shape<LinkCode> = object({ code: string, expires_at: string });
export const linkPreview: Shape<LinkPreview> = object({
  platform,
  platform_user_id: string,
  name: nullable(string),
});
export const identity: Shape<LinkedIdentity> = object({
  id: string,
  platform,
  platform_user_id: string,
  name: nullable(string),
  linked_at: string,
});
export const identityList = object({ identities: list(identity) });
const mcpServer: Shape<McpServerState> = object({
  name: string,
  state: literal('ready', 'sign_in', 'unavailable'),
  tools: nullable(number),
  problem: nullable(string),
  signed_in: boolean,
});
export const mcpServerList = object({ servers: list(mcpServer) });
export const mcpSignInStart = object({ url: string });
