import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parsePluginAgent } from '#catalog/plugin-agent.ts';
import { parsePluginMcp, type PluginMcpServers } from '#catalog/plugin-mcp.ts';
import type { Plugin } from '#catalog/plugin.ts';
import { readYaml } from '#catalog/read-yaml.ts';
import { skillFolder } from '#catalog/skill.ts';
import { fail, succeed, type Result } from '#lib/result.ts';
import { PluginManifest, pluginManifestPath, unusedParts } from '#protocol/plugin.ts';
import { readCommands, readMarkdown } from './read-commands.ts';
import { readSkills } from './read-skills.ts';

export interface PluginRead {
  readonly plugin: Omit<Plugin, 'installedAs'>;
  /** One line for each part that is left out or does not work. */
  readonly warnings: readonly string[];
}

/**
 * Reads the plugin in `<root>/<folder>`. A part that is wrong is left out with a line that says why, and the rest
 * works; without a right plugin.json there is no plugin.
 */
export function readPlugin(
  root: string,
  folder: string,
  knownTools: readonly string[],
): Result<PluginRead, readonly string[]> {
  const path = `${folder}/${pluginManifestPath}`;
  if (!existsSync(join(root, path))) return fail([`${path}: is missing, so ${folder} is no plugin`]);
  // JSON is YAML, and this reader knows where in the file a field stands
  const manifest = readYaml({
    name: path,
    text: readFileSync(join(root, path), 'utf8'),
    schema: PluginManifest,
    fields: ['name', 'description', 'version', 'dependencies', 'mcpServers'],
  });
  if (!manifest.ok) return manifest;
  const { name, description, version = null, dependencies } = manifest.value;

  const skills = readSkills(root, `${folder}/skills`);
  const commands = readCommands(root, `${folder}/commands`);
  const agentFiles = readMarkdown(root, `${folder}/agents`);
  const agents = agentFiles.files.map((file) => parsePluginAgent({ ...file, plugin: name, knownTools }));
  const mcp = readMcp(root, folder, manifest.value);

  const withRoot = replaceRoot(name);
  return succeed({
    plugin: {
      name,
      description,
      version,
      folder,
      dependencies: dependencies.map((dependency) => dependency.split('@')[0] ?? dependency),
      skills: skills.skills.map((skill) => ({
        ...skill,
        name: `${name}:${skill.name}`,
        body: withRoot(skill.body),
        files: skill.files.map((file) => ({ ...file, text: withRoot(file.text) })),
      })),
      commands: commands.commands.map((command) => ({ ...command, name: `${name}:${command.name}` })),
      subagents: agents.flatMap((agent) => (agent.ok ? [agent.value.subagent] : [])),
      mcpServers: mcp.servers,
    },
    warnings: [
      ...skills.problems,
      ...commands.problems,
      ...agentFiles.problems,
      ...agents.flatMap((agent) => (agent.ok ? agent.value.warnings : agent.problem)),
      ...mcp.warnings,
      ...Object.entries(unusedParts)
        .filter(([place]) => existsSync(join(root, folder, place)))
        .map(([place, what]) => `${folder}/${place}: ${what} of plugins are not used`),
      ...['commands', 'agents', 'skills', 'hooks']
        .filter((key) => manifest.value[key] !== undefined)
        .map((key) => `${path} ${key}: is not used; only the folders commands, agents and skills are read`),
      ...lostRoots(folder, [
        ...skills.skills.flatMap((skill) =>
          [{ path: 'SKILL.md', text: skill.body }, ...skill.files].map((file) => ({
            path: `skills/${skill.name}/${file.path}`,
            text: file.text.replaceAll(`\${CLAUDE_PLUGIN_ROOT}/skills/${skill.name}/`, ''),
          })),
        ),
        ...commands.commands.map((command) => ({ path: `commands/${command.name}.md`, text: command.body })),
        ...agents.flatMap((agent) =>
          agent.ok
            ? [
                {
                  path: `agents/${agent.value.subagent.id.slice(name.length + 1)}.md`,
                  text: agent.value.subagent.prompt,
                },
              ]
            : [],
        ),
      ]),
    ],
  });
}

function readMcp(root: string, folder: string, manifest: PluginManifest): PluginMcpServers {
  const file = `${folder}/.mcp.json`;
  if (existsSync(join(root, file))) {
    return parsePluginMcp(manifest.name, { path: file, text: readFileSync(join(root, file), 'utf8') });
  }
  if (manifest.mcpServers === undefined) return { servers: [], warnings: [] };
  const path = `${folder}/${pluginManifestPath}`;
  return parsePluginMcp(manifest.name, { path, text: readFileSync(join(root, path), 'utf8') });
}

/** A loaded skill's files lie in the workspace as they do in the plugin, so its own paths lead to them. */
const replaceRoot = (plugin: string) => (text: string) =>
  text.replaceAll('${CLAUDE_PLUGIN_ROOT}', `/workspace/.skills/${skillFolder(plugin)}`);

/** Only a skill's own files come into the workspace; a path to anything else of the plugin leads nowhere. */
const lostRoots = (folder: string, files: readonly { readonly path: string; readonly text: string }[]) =>
  files
    .filter(({ text }) => text.includes('${CLAUDE_PLUGIN_ROOT}'))
    .map(
      ({ path }) =>
        `${folder}/${path}: \${CLAUDE_PLUGIN_ROOT} leads to a file that agents cannot read; put it into the folder of the skill that needs it`,
    );
