import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { pluginReference } from '#catalog/catalog-files.ts';
import { findPlugin, plainFolder, type Plugin, type PluginReference } from '#catalog/plugin.ts';
import { readYaml } from '#catalog/read-yaml.ts';
import { hashFolder } from '#cli/plugin/plugin-files.ts';
import { findCycle } from '#lib/find-cycle.ts';
import { PluginLock } from '#protocol/plugin.ts';
import { listFolder } from './read-texts.ts';
import { readPlugin } from './read-plugin.ts';

export interface PluginsFound {
  readonly plugins: readonly Plugin[];
  /** One line for each plugin or part of one that is missing or wrong. Those are left out, the rest works. */
  readonly warnings: readonly string[];
}

/** Reads the plugins in `<root>/plugins`, and those elsewhere that agents.yaml names by path. */
export function readPlugins(root: string, knownTools: readonly string[]): PluginsFound {
  const lock = readLock(root);
  const agentsYaml = join(root, 'agents.yaml');
  const text = existsSync(agentsYaml) ? readFileSync(agentsYaml, 'utf8') : '{}';
  const named = referencesIn(text, () => true);

  const installed = listFolder(join(root, 'plugins'))
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `plugins/${name}`);
  const elsewhere = named.references.flatMap((reference) =>
    typeof reference === 'string' ? [] : [plainFolder(reference.path)],
  );
  const plugins: Plugin[] = [];
  const warnings: string[] = [...lock.warnings];
  for (const folder of new Set([...installed, ...elsewhere.filter((each) => existsSync(join(root, each)))])) {
    const read = readPlugin(root, folder, knownTools);
    if (!read.ok) {
      warnings.push(...read.problem);
      continue;
    }
    const { plugin } = read.value;
    const other = plugins.find(({ name }) => name === plugin.name);
    if (other !== undefined) {
      warnings.push(`${folder}: is left out, because ${other.folder} is called ${plugin.name} too`);
      continue;
    }
    warnings.push(...read.value.warnings);
    const locked = folder === `plugins/${plugin.name}` ? lock.plugins[plugin.name] : undefined;
    if (locked !== undefined && hashFolder(join(root, folder)) !== locked.hash) {
      warnings.push(
        `${folder}: its files are not those that were installed; \`npx edgewise plugin update ${plugin.name}\` brings those back`,
      );
    }
    const marketplace = locked?.marketplace ?? null;
    plugins.push({ ...plugin, installedAs: marketplace === null ? null : `${plugin.name}@${marketplace}` });
  }

  let usable: readonly Plugin[] = plugins;
  for (;;) {
    const cycle = findCycle(new Map(usable.map(({ name, dependencies }) => [name, dependencies])));
    if (cycle.length === 0) break;
    warnings.push(`plugins: ${cycle.join(' → ')} depend on each other in a circle, so they are left out`);
    usable = usable.filter(({ name }) => !cycle.includes(name));
  }
  for (const { folder, dependencies } of usable) {
    for (const dependency of dependencies.filter((name) => !usable.some((plugin) => plugin.name === name))) {
      warnings.push(`${folder}: the plugin "${dependency}", which it depends on, is not there`);
    }
  }
  // Again, now that it is known what is there, for the line and column of what is not
  const { problems } = referencesIn(text, (reference) => findPlugin(usable, reference) !== undefined);
  return { plugins: usable, warnings: [...warnings, ...problems] };
}

function referencesIn(text: string, isThere: (reference: PluginReference) => boolean) {
  const references: PluginReference[] = [];
  const list = z
    .object({
      plugins: z
        .array(
          pluginReference.transform((reference, context) => {
            references.push(reference);
            if (!isThere(reference)) context.addIssue(missing(reference));
            return reference;
          }),
        )
        .optional(),
    })
    .nullish();
  const schema = z.object({ _defaults: list, agents: z.record(z.string(), list).nullish() });
  const read = readYaml({ name: 'agents.yaml', text, schema, fields: [] });
  return { references, problems: read.ok ? [] : read.problem };
}

const missing = (reference: PluginReference): string =>
  typeof reference === 'string'
    ? `there is no such plugin here; \`npx edgewise plugin install ${reference}\` brings it`
    : `there is no working plugin in ${reference.path}`;

function readLock(root: string): { plugins: PluginLock['plugins']; warnings: readonly string[] } {
  const path = join(root, 'plugins.lock.json');
  if (!existsSync(path)) return { plugins: {}, warnings: [] };
  const read = readYaml({
    name: 'plugins.lock.json',
    text: readFileSync(path, 'utf8'),
    schema: PluginLock,
    fields: [],
  });
  return read.ok ? { plugins: read.value.plugins, warnings: [] } : { plugins: {}, warnings: read.problem };
}
