import { agentsFile, fieldNames, subagentsFile, type AgentFields } from '#catalog/catalog-files.ts';
import { readYaml } from '#catalog/read-yaml.ts';
import type { Hook } from '#catalog/hook.ts';
import type { Effort, Thinking } from '#agent/model.ts';
import type { PermissionRules } from '#agent/permissions.ts';
import type { PermissionMode } from '#protocol/server-event.ts';
import type { Command } from '#catalog/command.ts';
import { withOwnNames } from '#catalog/tool-names.ts';
import { choosePlugins, type Bundle, type Plugin } from '#catalog/plugin.ts';
import type { Skill } from '#catalog/skill.ts';
import { toRemoteServer, type RemoteServer } from '#mcp/remote-server.ts';
import { fail, succeed, type Result } from '#lib/result.ts';

export interface Agent {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** The defaults' prompt, a blank line, the agent's own. */
  readonly systemPrompt: string;
  /** All that it may call: the listed tools less the disallowed ones. */
  readonly tools: readonly string[];
  /** Those of its plugins among them. */
  readonly subagents: readonly string[];
  /** What it may load: the project's and its plugins' if it has the tool `Skill`, else none. */
  readonly skills: readonly Skill[];
  /** The project's, then its plugins'. */
  readonly commands: readonly Command[];
  /** Names. */
  readonly plugins: readonly string[];
  /** An alias (`haiku`, `sonnet`, `opus`) or a model id. */
  readonly model: string;
  /** Undefined: what is usual for the model. */
  readonly thinking: Thinking | undefined;
  readonly effort: Effort | undefined;
  /** What needs no rule to pass. */
  readonly permissionMode: PermissionMode;
  readonly permissions: PermissionRules;
  /** Asked in this order: the defaults', then the agent's own. */
  readonly hooks: readonly Hook[];
  /** Where its tools may write; undefined: in the whole workspace. */
  readonly allowedDirectories: readonly string[] | undefined;
  /** Patterns; of MCP tools nothing but the server knows the names. */
  readonly disallowedTools: readonly string[];
  /** The project's, its plugins', its own: of several with one name the last. */
  readonly mcpServers: readonly RemoteServer[];
  readonly isDefault: boolean;
}

export interface Subagent {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly focus: string;
  readonly prompt: string;
  readonly tools: readonly string[];
  readonly model: string;
  readonly thinking?: Thinking | undefined;
  readonly effort?: Effort | undefined;
  /** What it has from the agent that calls it, whatever stands above. */
  readonly inherits?: readonly ('tools' | 'model')[];
}

export interface Catalog {
  /** In the file's order. */
  readonly agents: readonly Agent[];
  readonly subagents: readonly Subagent[];
  readonly skills: readonly Skill[];
  /** The defaults' system prompt: the rules that hold for every agent and subagent. */
  readonly commonPrompt: string;
  /** Those that an agent has. */
  readonly plugins: readonly Plugin[];
  /** The agent of that id; for null and for an id that is not, or no longer, in the file, the default agent. */
  agent(id: string | null): Agent;
}

export interface CatalogSources {
  readonly agentsYaml: string;
  readonly subagentsYaml: string;
  readonly knownTools: readonly string[];
  /** Empty by default. */
  readonly bundle?: Bundle;
}

/** Contract: on failure, all problems of both files, one line each: `agents.yaml:14:3 path.to.field: what is wrong`. */
export function parseCatalog(sources: CatalogSources): Result<Catalog, readonly string[]> {
  const { agentsYaml, subagentsYaml, knownTools: tools, bundle = nothing } = sources;
  const helpers = readYaml({
    name: 'subagents.yaml',
    text: subagentsYaml,
    schema: subagentsFile({ tools }),
    fields: fieldNames,
  });
  const subagentNames = helpers.ok ? Object.keys(helpers.value.subagents) : undefined;
  const main = readYaml({
    name: 'agents.yaml',
    text: agentsYaml,
    schema: agentsFile({ tools, subagents: subagentNames }),
    fields: fieldNames,
  });
  if (!main.ok || !helpers.ok) {
    return fail([...(main.ok ? [] : main.problem), ...(helpers.ok ? [] : helpers.problem)]);
  }

  const { _defaults, default_agent, agents } = main.value;
  const everything = { tools, subagents: subagentNames ?? [], bundle };
  const byId = new Map(
    Object.entries(agents).map(([id, own]) => [
      id,
      { ...toAgent(id, merge(_defaults, own), everything), isDefault: id === default_agent },
    ]),
  );
  const fallback = byId.get(default_agent);
  if (fallback === undefined) throw new Error('the schema lets no default_agent through that does not exist');
  const plugins = bundle.plugins.filter(({ name }) =>
    [...byId.values()].some((agent) => agent.plugins.includes(name)),
  );
  const own = Object.entries(helpers.value.subagents).map(([id, { name = id, ...rest }]) => ({
    id,
    name,
    ...rest,
  }));
  return succeed({
    agents: [...byId.values()],
    commonPrompt: _defaults.system_prompt ?? '',
    subagents: [...own, ...plugins.flatMap(({ subagents }) => subagents)],
    skills: [...bundle.skills, ...plugins.flatMap(({ skills }) => skills)],
    plugins,
    agent: (id) => (id === null ? undefined : byId.get(id)) ?? fallback,
  });
}

const nothing: Bundle = { skills: [], commands: [], plugins: [] };

/** Key by key: the agent's value replaces the default, lists whole; only prompts and hooks are joined, so that the common ones reach all. */
function merge(defaults: AgentFields, own: AgentFields): AgentFields {
  const prompts = [defaults.system_prompt, own.system_prompt].filter((prompt) => prompt !== undefined);
  const hooks = [...(defaults.hooks ?? []), ...(own.hooks ?? [])];
  return { ...defaults, ...own, system_prompt: prompts.join('\n\n'), hooks };
}

function toAgent(
  id: string,
  fields: AgentFields,
  everything: Pick<Agent, 'tools' | 'subagents'> & { readonly bundle: Bundle },
): Omit<Agent, 'isDefault'> {
  const { skills, commands } = everything.bundle;
  const plugins = choosePlugins(everything.bundle.plugins, fields.plugins ?? []);
  const disallowed = withOwnNames(fields.disallowed_tools ?? []);
  const tools = withOwnNames(fields.tools ?? everything.tools).filter((tool) => !disallowed.includes(tool));
  return {
    id,
    name: fields.name ?? id,
    description: fields.description ?? '',
    systemPrompt: fields.system_prompt ?? '',
    tools,
    subagents: [
      ...(fields.subagents ?? everything.subagents),
      ...plugins.flatMap(({ subagents }) => subagents.map((subagent) => subagent.id)),
    ],
    skills: tools.includes('Skill') ? [...skills, ...plugins.flatMap((plugin) => plugin.skills)] : [],
    commands: [...commands, ...plugins.flatMap((plugin) => plugin.commands)],
    plugins: plugins.map(({ name }) => name),
    model: fields.model ?? 'sonnet',
    thinking: fields.thinking,
    effort: fields.effort,
    permissionMode: fields.permission_mode ?? 'bypassPermissions',
    permissions: {
      allow: fields.permissions?.allow ?? [],
      ask: fields.permissions?.ask ?? [],
      deny: fields.permissions?.deny ?? [],
    },
    hooks: fields.hooks ?? [],
    disallowedTools: disallowed,
    allowedDirectories: fields.allowed_directories,
    mcpServers: [
      ...new Map(
        [
          ...(everything.bundle.mcpServers ?? []),
          ...plugins.flatMap((plugin) => plugin.mcpServers),
          ...Object.entries(fields.mcp_servers ?? {}).map(([name, own]) => toRemoteServer(name, own)),
        ].map((server) => [server.name, server]),
      ).values(),
    ],
  };
}
