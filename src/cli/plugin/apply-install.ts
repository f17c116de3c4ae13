import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { copyPlugin, hashFolder } from '#cli/plugin/plugin-files.ts';
import { writeLock } from '#cli/plugin/lock.ts';
import type { PlannedPlugin, Project } from '#cli/plugin/plan-install.ts';
import type { LockedPlugin } from '#protocol/plugin.ts';

/** Copies the plugins into `plugins`, each whole or not at all, and writes them into the lock file. */
export function applyInstall(planned: readonly PlannedPlugin[], { root, lock }: Project): void {
  const locked: Record<string, LockedPlugin> = { ...lock.plugins };
  for (const { manifest, origin, commit, folder, files } of planned) {
    const target = join(root, 'plugins', manifest.name);
    const coming = join(root, 'plugins', `.${manifest.name}.coming`);
    rmSync(coming, { recursive: true, force: true });
    mkdirSync(coming, { recursive: true });
    copyPlugin(folder, files, coming);
    rmSync(target, { recursive: true, force: true });
    renameSync(coming, target);
    locked[manifest.name] = {
      marketplace: origin.marketplace,
      source: origin.source,
      ref: origin.ref,
      commit,
      path: origin.path,
      hash: hashFolder(target),
      version: manifest.version ?? null,
    };
  }
  writeLock(root, { ...lock, plugins: locked });
}
