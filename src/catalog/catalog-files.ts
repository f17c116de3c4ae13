import { agentsOnlyTools } from '#catalog/tool-names.ts';
import { z } from 'zod';
import { Effort, Thinking } from '#agent/model.ts';
import { RemoteServerFields, ServerName } from '#mcp/remote-server.ts';
import { normalizePath } from '#files/path.ts';
import { PermissionMode } from '#protocol/server-event.ts';
import { hook, hookFields } from '#catalog/hook.ts';
import { closestName } from '#lib/closest-name.ts';

const text = z.string().trim().min(1, 'must not be empty');

/** A name out of a list that the person who edits the file cannot see, so the message shows it. */
const nameFrom = (kind: string, known: readonly string[]) =>
  z.string().refine((name) => known.includes(name), {
    error: ({ input }) => {
      const meant = closestName(String(input), known);
      const help =
        meant === undefined ? `there are: ${known.join(', ') || 'none'}` : `did you mean "${meant}"?`;
      return `there is no ${kind} "${String(input)}"; ${help}`;
    },
  });

/** Ids and names go into URLs and session lists. */
const id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'may have 1 to 64 letters, digits, "-" and "_"');

/** `{path: ./plugins/x}`, or `x@marketplace` as the lock file has it. */
export const pluginReference = z.union(
  [
    z.strictObject({
      path: text.refine(
        (path) => !/^[/\\]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)/.test(path),
        'must lead to a folder below that of agents.yaml',
      ),
    }),
    z.string().regex(/^[a-z0-9-]+@[a-z0-9-]+$/),
  ],
  { error: 'must be `path: ./plugins/x`, a folder below that of agents.yaml, or x@marketplace' },
);

/** `output`, `/workspace/output`, `/tmp`: a slip must not leave an agent with nothing, or with everything. */
const directory = z
  .string()
  .refine((path) => path === '/tmp' || normalizePath(path).ok, 'must be a folder under /workspace, or /tmp');

/** `Bash`, `Bash(git *)`, `Write(output/**)`, `mcp__github__*`. */
const rule = z
  .string()
  .regex(/^(mcp__[\w-]*\*|[A-Za-z_][\w-]*(\(.+\))?)$/s, 'must look like Bash or Bash(git *)');

/** A built-in tool, or tools of an MCP server: only the server knows which there are. */
const toolFrom = (known: readonly string[]) =>
  z.union([z.string().regex(/^mcp__[\w-]+\*?$/), nameFrom('tool', known)], {
    error: ({ input }) => nameFrom('tool', known).safeParse(input).error?.issues[0]?.message,
  });

/** `agents.yaml`. `known.subagents` is undefined while `subagents.yaml` cannot be read: then any name passes. */
export function agentsFile(known: { tools: readonly string[]; subagents: readonly string[] | undefined }) {
  const tool = toolFrom(known.tools);
  const agent = z.strictObject({
    name: text.optional(),
    description: text.optional(),
    system_prompt: text.optional(),
    tools: z.array(tool).optional(),
    disallowed_tools: z.array(tool).optional(),
    subagents: z.array(known.subagents === undefined ? id : nameFrom('subagent', known.subagents)).optional(),
    model: text.optional(),
    thinking: Thinking.optional(),
    effort: Effort.optional(),
    plugins: z.array(pluginReference).optional(),
    /** What needs no rule to pass; a session may change it. */
    permission_mode: PermissionMode.optional(),
    permissions: z
      .strictObject({
        allow: z.array(rule).optional(),
        ask: z.array(rule).optional(),
        deny: z.array(rule).optional(),
      })
      .optional(),
    /** Folders of the workspace; `/tmp` may always be written. */
    allowed_directories: z.array(directory).optional(),
    hooks: z.array(hook).optional(),
    mcp_servers: z.record(ServerName, RemoteServerFields).optional(),
  });
  return z
    .strictObject({ _defaults: agent.default({}), default_agent: id, agents: z.record(id, agent) })
    .check(({ value, issues }) => {
      const parsed = nameFrom('agent', Object.keys(value.agents)).safeParse(value.default_agent);
      for (const { message } of parsed.error?.issues ?? []) {
        issues.push({ code: 'custom', message, path: ['default_agent'], input: value.default_agent });
      }
    });
}
export type AgentFields = z.infer<ReturnType<typeof agentsFile>>['_defaults'];

/** `subagents.yaml`. */
export function subagentsFile(known: { tools: readonly string[] }) {
  const subagent = z.strictObject({
    name: text.optional(),
    description: text,
    /** A few words for lists. */
    focus: text,
    prompt: text,
    tools: z.array(
      toolFrom(known.tools).refine((name) => !agentsOnlyTools.has(name), {
        error: ({ input }) =>
          `"${String(input)}" is for agents only: a subagent talks to nobody and hands nothing on`,
      }),
    ),
    model: text.default('sonnet'),
    thinking: Thinking.optional(),
    effort: Effort.optional(),
  });
  return z.strictObject({ subagents: z.record(id, subagent) });
}

/** All field names of both files, for "did you mean". */
export const fieldNames: readonly string[] = (
  '_defaults default_agent agents name description system_prompt tools disallowed_tools subagents model ' +
  'permission_mode permissions allow ask deny focus prompt plugins path' +
  ' mcp_servers url headers timeout_seconds transport oauth client_id client_secret scope' +
  ' thinking effort allowed_directories' +
  ` ${hookFields}`
).split(' ');
