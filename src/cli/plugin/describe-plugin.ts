import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { oneLine } from '#cli/style.ts';
import { readJson } from '#cli/plugin/read-json.ts';
import type { PluginFiles } from '#cli/plugin/plugin-files.ts';
import { unusedParts, type PluginManifest } from '#protocol/plugin.ts';

/** What a plugin brings, for a person to decide on. */
export interface PluginContents {
  readonly name: string;
  readonly version: string | null;
  readonly description: string;
  readonly skills: readonly string[];
  readonly agents: readonly string[];
  readonly commands: readonly string[];
  /** Each with its address or program. */
  readonly mcpServers: readonly string[];
  /** What it holds for other programs and Edgewise does not use. */
  readonly notUsed: readonly string[];
  readonly files: number;
  readonly bytes: number;
}

export function describePlugin(folder: string, manifest: PluginManifest, files: PluginFiles): PluginContents {
  return {
    name: manifest.name,
    version: manifest.version ?? null,
    description: oneLine(manifest.description, 300),
    skills: names(join(folder, 'skills')).filter((name) =>
      existsSync(join(folder, 'skills', name, 'SKILL.md')),
    ),
    agents: markdown(join(folder, 'agents')),
    commands: markdown(join(folder, 'commands')).map((name) => `/${name}`),
    mcpServers: mcpServers(folder, manifest),
    notUsed: Object.entries(unusedParts)
      .filter(([place]) => existsSync(join(folder, place)))
      .map(([, what]) => what),
    files: files.paths.length,
    bytes: files.bytes,
  };
}

const names = (folder: string): readonly string[] => (existsSync(folder) ? readdirSync(folder).sort() : []);

const markdown = (folder: string): readonly string[] =>
  names(folder).flatMap((name) => (name.endsWith('.md') ? [name.slice(0, -3)] : []));

const Server = z.looseObject({ url: z.string().optional(), command: z.string().optional() }).catch({});

function mcpServers(folder: string, manifest: PluginManifest): readonly string[] {
  const read = readJson(join(folder, '.mcp.json'), z.record(z.string(), z.unknown()));
  const file = read.ok ? (read.value['mcpServers'] ?? read.value) : manifest.mcpServers;
  const servers = z.record(z.string(), Server).safeParse(file ?? {});
  return Object.entries(servers.data ?? {}).map(([name, { url, command }]) =>
    oneLine(
      `${name} (${url ?? (command === undefined ? 'not readable' : `runs ${command}; not used here`)})`,
      200,
    ),
  );
}

/** For the terminal: a line for each kind of thing that is there. */
export function describeLines(contents: PluginContents): readonly string[] {
  const { name, version, description, files, bytes } = contents;
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ['skills', contents.skills],
    ['subagents', contents.agents],
    ['commands', contents.commands],
    ['MCP servers', contents.mcpServers],
    ['not used here', contents.notUsed],
  ];
  return [
    `${name}${version === null ? '' : ` ${oneLine(version, 40)}`}${description && `: ${description}`}`,
    ...rows.flatMap(([what, items]) =>
      items.length === 0 ? [] : [`  ${what.padEnd(15)}${items.join(', ')}`],
    ),
    `  ${'files'.padEnd(15)}${files}, ${Math.ceil(bytes / 1000)} KB`,
  ];
}
