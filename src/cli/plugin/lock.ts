import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CliFailure, exitCode } from '#cli/failure.ts';
import { PluginLock } from '#protocol/plugin.ts';
import { isGitAddress } from '#cli/plugin/git.ts';
import { readJson } from '#cli/plugin/read-json.ts';
import { folderFrom } from '#cli/plugin/sources.ts';

const fileName = 'plugins.lock.json';

export function readLock(root: string): PluginLock {
  const path = join(root, fileName);
  if (!existsSync(path)) return { marketplaces: {}, plugins: {} };
  const lock = readJson(path, PluginLock);
  if (lock.ok) return withFoldersFrom(root, lock.value);
  throw new CliFailure(
    exitCode.failure,
    `${fileName} cannot be read: ${lock.problem}. Mend it or take it back from git.`,
  );
}

/** Older files hold whole paths of folders outside of the project. */
function withFoldersFrom(root: string, { marketplaces, plugins }: PluginLock): PluginLock {
  const place = (source: string) => (isGitAddress(source) ? source : folderFrom(root, source));
  return {
    marketplaces: Object.fromEntries(
      Object.entries(marketplaces).map(([name, source]) => [name, place(source)]),
    ),
    plugins: Object.fromEntries(
      Object.entries(plugins).map(([name, plugin]) => [name, { ...plugin, source: place(plugin.source) }]),
    ),
  };
}

/** In the order of the names, so that two people's changes stand in two places. */
export function writeLock(root: string, { marketplaces, plugins }: PluginLock): void {
  const sorted = <Value>(record: Readonly<Record<string, Value>>) =>
    Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
  const text = JSON.stringify({ marketplaces: sorted(marketplaces), plugins: sorted(plugins) }, null, 2);
  writeFileSync(join(root, fileName), `${text}\n`);
}
