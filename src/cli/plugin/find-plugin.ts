import { join } from 'node:path';
import { CliFailure, exitCode } from '#cli/failure.ts';
import { isGitAddress } from '#cli/plugin/git.ts';
import { readJson } from '#cli/plugin/read-json.ts';
import {
  folderWithin,
  parseSource,
  type OpenSource,
  type Source,
  type Sources,
} from '#cli/plugin/sources.ts';
import { oneLine } from '#cli/style.ts';
import {
  Marketplace,
  marketplaceManifestPath,
  PluginManifest,
  pluginManifestPath,
  type PluginLock,
} from '#protocol/plugin.ts';

/** Where a plugin comes from, as the lock file keeps it. */
export interface Origin extends Source {
  readonly marketplace: string | null;
  /** In the source; empty for its top. */
  readonly path: string;
}

export interface FoundPlugin {
  readonly origin: Origin;
  readonly commit: string | null;
  readonly folder: string;
  readonly manifest: PluginManifest;
}

interface Search {
  readonly sources: Sources;
  readonly lock: PluginLock;
  readonly root: string;
}

export const isMarketplaceName = (typed: string): boolean =>
  /^[a-z0-9][a-z0-9-]*@[a-z0-9][a-z0-9-]*$/.test(typed);

/** The plugin of a name and a marketplace that was added. Throws a `CliFailure`. */
export function findInMarketplace(typed: string, { sources, lock, root }: Search): FoundPlugin {
  const [name = '', marketplace = ''] = typed.split('@');
  const address = Object.hasOwn(lock.marketplaces, marketplace) ? lock.marketplaces[marketplace] : undefined;
  if (address === undefined) {
    const known = Object.keys(lock.marketplaces).join(', ');
    throw new CliFailure(
      exitCode.notFound,
      `There is no marketplace "${marketplace}"${known && ` (there are: ${known})`}. Add it with \`npx edgewise plugin marketplace add <address>\`.`,
    );
  }
  const place = parseSource(address, { root, cwd: root });
  const entry = readMarketplace(sources.open(place).folder).plugins.find((plugin) => plugin.name === name);
  if (entry === undefined) {
    throw new CliFailure(exitCode.notFound, `The marketplace "${marketplace}" has no plugin "${name}".`);
  }
  const { source } = entry;
  if (typeof source === 'string') return readFound({ ...place, marketplace, path: source }, sources);
  const url = source.source === 'github' ? `https://github.com/${source.repo}.git` : source.url;
  if (!isGitAddress(url)) {
    throw new CliFailure(
      exitCode.failure,
      `The plugin "${name}" of the marketplace "${marketplace}" is at ${oneLine(url, 100)}, which is no git address.`,
    );
  }
  const { source: other } = parseSource(url, { root, cwd: root });
  return readFound({ source: other, ref: source.ref ?? null, marketplace, path: '' }, sources);
}

export function readMarketplace(folder: string): Marketplace {
  const read = readJson(join(folder, marketplaceManifestPath), Marketplace);
  if (read.ok) return read.value;
  throw new CliFailure(
    exitCode.failure,
    `That is no marketplace: ${marketplaceManifestPath} is not right (${read.problem}).`,
  );
}

/** The plugin at an origin. Throws a `CliFailure`. */
export function readFound(origin: Origin, sources: Sources): FoundPlugin {
  const opened: OpenSource = sources.open(origin);
  const folder = folderWithin(opened.folder, origin.path);
  const manifest = readJson(join(folder, pluginManifestPath), PluginManifest);
  if (!manifest.ok) {
    throw new CliFailure(
      exitCode.failure,
      `${origin.path === '' ? origin.source : origin.path} is no plugin: ${pluginManifestPath} is not right (${manifest.problem}).`,
    );
  }
  return { origin, commit: opened.commit, folder, manifest: manifest.value };
}
