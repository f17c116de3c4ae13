import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CliFailure, exitCode } from '#cli/failure.ts';
import { findInMarketplace, type FoundPlugin } from '#cli/plugin/find-plugin.ts';
import { listPluginFiles, type PluginFiles } from '#cli/plugin/plugin-files.ts';
import { readJson } from '#cli/plugin/read-json.ts';
import type { Sources } from '#cli/plugin/sources.ts';
import { findCycle } from '#lib/find-cycle.ts';
import { PluginManifest, pluginManifestPath, type PluginLock } from '#protocol/plugin.ts';

export interface PlannedPlugin extends FoundPlugin {
  readonly files: PluginFiles;
}

export interface Project {
  readonly root: string;
  readonly lock: PluginLock;
  readonly sources: Sources;
}

/**
 * The plugin and those it depends on that are not there yet. Throws a `CliFailure` for what must not be installed: a
 * name that is taken, files that must not be taken, a dependency that is not known, a circle.
 */
export function planInstall(
  first: FoundPlugin,
  { root, lock, sources }: Project,
  { replaces }: { readonly replaces?: string } = {},
): readonly PlannedPlugin[] {
  const installed = installedDependencies(root);
  const planned = new Map<string, PlannedPlugin>();
  const waiting = [first];
  for (let found = waiting.pop(); found !== undefined; found = waiting.pop()) {
    const { manifest, origin } = found;
    if (planned.has(manifest.name)) continue;
    if (installed.has(manifest.name) && manifest.name !== replaces) throw taken(manifest.name, lock);
    const files = listPluginFiles(found.folder);
    if (!files.ok) {
      throw new CliFailure(exitCode.failure, `The plugin "${manifest.name}" is refused: ${files.problem}.`);
    }
    planned.set(manifest.name, { ...found, files: files.value });
    for (const dependency of manifest.dependencies) {
      const [name = '', marketplace = origin.marketplace] = dependency.split('@');
      if (installed.has(name) || planned.has(name)) continue;
      if (marketplace === null) {
        throw new CliFailure(
          exitCode.failure,
          `The plugin "${manifest.name}" depends on "${name}", which is not here. Install that first.`,
        );
      }
      const next = findInMarketplace(`${name}@${marketplace}`, { root, lock, sources });
      if (next.manifest.name !== name) {
        throw new CliFailure(
          exitCode.failure,
          `The marketplace "${marketplace}" calls a plugin "${name}" that calls itself "${next.manifest.name}". Tell its owner.`,
        );
      }
      waiting.push(next);
    }
  }
  const cycle = findCycle(
    new Map([
      ...installed,
      ...[...planned.values()].map(({ manifest }) => [manifest.name, plainNames(manifest)] as const),
    ]),
  );
  if (cycle.length > 0) {
    throw new CliFailure(
      exitCode.failure,
      `These plugins depend on each other in a circle, so none was installed: ${cycle.join(' → ')}.`,
    );
  }
  return [...planned.values()];
}

const plainNames = ({ dependencies }: PluginManifest): readonly string[] =>
  dependencies.map((dependency) => dependency.split('@')[0] ?? dependency);

/** What lies in `plugins`, with what each depends on. */
export function installedDependencies(root: string): ReadonlyMap<string, readonly string[]> {
  const top = join(root, 'plugins');
  const folders = existsSync(top) ? readdirSync(top, { withFileTypes: true }) : [];
  return new Map(
    folders
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({ name }) => {
        const manifest = readJson(join(top, name, pluginManifestPath), PluginManifest);
        return [name, manifest.ok ? plainNames(manifest.value) : []];
      }),
  );
}

function taken(name: string, { plugins }: PluginLock): CliFailure {
  const from = Object.hasOwn(plugins, name) ? plugins[name] : undefined;
  const help =
    from === undefined
      ? `plugins/${name} was not installed by this command: rename or delete it first`
      : `it comes from ${from.source}. Bring it up to date with \`npx edgewise plugin update ${name}\`, or remove it first`;
  return new CliFailure(exitCode.failure, `There is a plugin "${name}" already; ${help}.`);
}
