import type { Command } from '#catalog/command.ts';
import type { Subagent } from '#catalog/parse-catalog.ts';
import type { Skill } from '#catalog/skill.ts';
import type { RemoteServer } from '#mcp/remote-server.ts';

/** A folder with `.claude-plugin/plugin.json`, as it was read when the Worker was built. */
export interface Plugin {
  readonly name: string;
  readonly description: string;
  readonly version: string | null;
  /** From the folder of agents.yaml, with `/`: `plugins/writing-tools`. */
  readonly folder: string;
  /** `name@marketplace`, where the lock file says so. */
  readonly installedAs: string | null;
  /** Names of plugins that an agent gets with this one. */
  readonly dependencies: readonly string[];
  /** Named `plugin:skill`. */
  readonly skills: readonly Skill[];
  /** Named `plugin:command`. */
  readonly commands: readonly Command[];
  /** With ids `plugin:agent`. */
  readonly subagents: readonly Subagent[];
  /** Named `plugin_<plugin>_<name>`. */
  readonly mcpServers: readonly RemoteServer[];
}

/** What is gathered from folders when the Worker is built. */
export interface Bundle {
  readonly skills: readonly Skill[];
  readonly commands: readonly Command[];
  readonly plugins: readonly Plugin[];
  /** Of the project's `.mcp.json`. */
  readonly mcpServers?: readonly RemoteServer[];
}

/** A plugin as agents.yaml names it. */
export type PluginReference = string | { readonly path: string };

/** `./plugins/x/` and `plugins/x` are one folder. */
export const plainFolder = (path: string): string =>
  path
    .replaceAll('\\', '/')
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');

export const findPlugin = (plugins: readonly Plugin[], reference: PluginReference): Plugin | undefined =>
  typeof reference === 'string'
    ? plugins.find(({ installedAs }) => installedAs === reference)
    : plugins.find(({ folder }) => folder === plainFolder(reference.path));

/**
 * The plugins that a list in agents.yaml means, each once, followed by those it depends on. One that is not there is
 * left out: the build has said so.
 */
export function choosePlugins(
  plugins: readonly Plugin[],
  references: readonly PluginReference[],
): readonly Plugin[] {
  const chosen = new Set<Plugin>();
  const add = (plugin: Plugin | undefined) => {
    if (plugin === undefined || chosen.has(plugin)) return;
    chosen.add(plugin);
    for (const name of plugin.dependencies) add(plugins.find((other) => other.name === name));
  };
  for (const reference of references) add(findPlugin(plugins, reference));
  return [...chosen];
}
