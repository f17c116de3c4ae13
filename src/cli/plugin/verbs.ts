import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { CliFailure, exitCode } from '#cli/failure.ts';
import { isInteractive, printJson, printLine, type Host } from '#cli/host.ts';
import { printTable } from '#cli/print-table.ts';
import { applyInstall } from '#cli/plugin/apply-install.ts';
import { describeLines, describePlugin } from '#cli/plugin/describe-plugin.ts';
import {
  findInMarketplace,
  isMarketplaceName,
  readFound,
  readMarketplace,
  type FoundPlugin,
} from '#cli/plugin/find-plugin.ts';
import { readLock, writeLock } from '#cli/plugin/lock.ts';
import {
  installedDependencies,
  planInstall,
  type PlannedPlugin,
  type Project,
} from '#cli/plugin/plan-install.ts';
import { hashFolder } from '#cli/plugin/plugin-files.ts';
import { parseSource, Sources } from '#cli/plugin/sources.ts';

export interface PluginCall {
  readonly host: Host;
  /** The project's folder. */
  readonly root: string;
  /** Where relative paths that were typed begin. */
  readonly cwd: string;
  readonly json: boolean;
  readonly yes: boolean;
}

/** Opens the project for a command and closes what it fetched, however it ends. */
async function withProject<Value>(
  root: string,
  act: (project: Project) => Promise<Value> | Value,
): Promise<Value> {
  const sources = new Sources(root);
  try {
    return await act({ root, lock: readLock(root), sources });
  } finally {
    sources.close();
  }
}

export const install = (call: PluginCall, typed: string): Promise<void> =>
  withProject(call.root, async (project) => {
    const found = isMarketplaceName(typed)
      ? findInMarketplace(typed, project)
      : readFound({ ...parseSource(typed, call), marketplace: null, path: '' }, project.sources);
    const planned = planInstall(found, project);
    await agreeAndApply(call, project, planned);
    if (call.json) return;
    const how = isMarketplaceName(typed) ? typed : `path: ./plugins/${found.manifest.name}`;
    printLine(call.host, `To give it to agents, add it to their \`plugins\` in agents.yaml: - ${how}`);
  });

/** Shows what comes, because it is text of strangers that will reach the model, and asks. */
async function agreeAndApply(
  { host, json, yes }: PluginCall,
  project: Project,
  planned: readonly PlannedPlugin[],
): Promise<void> {
  const contents = planned.map(({ folder, manifest, files }) => describePlugin(folder, manifest, files));
  if (!json) for (const each of contents) for (const line of describeLines(each)) printLine(host, line);
  if (!yes) {
    if (json || !isInteractive(host)) {
      throw new CliFailure(
        exitCode.usage,
        'Nothing was installed. Its texts will speak to your model: read them, then say --yes.',
      );
    }
    const reader = createInterface({ input: host.input, output: host.output });
    const answer = await reader.question('Its texts will speak to your model. Install? [y/N] ');
    reader.close();
    if (!/^y(es)?$/i.test(answer.trim()))
      throw new CliFailure(exitCode.interrupted, 'Nothing was installed.');
  }
  applyInstall(planned, project);
  if (json) printJson(host, contents);
  else printLine(host, `Installed: ${planned.map(({ manifest }) => `plugins/${manifest.name}`).join(', ')}.`);
}

export const addMarketplace = (call: PluginCall, typed: string): Promise<void> =>
  withProject(call.root, ({ root, lock, sources }) => {
    const place = parseSource(typed, call);
    const { name, plugins } = readMarketplace(sources.open(place).folder);
    const address = place.ref === null ? place.source : `${place.source}#${place.ref}`;
    const known = Object.hasOwn(lock.marketplaces, name) ? lock.marketplaces[name] : undefined;
    if (known !== undefined && known !== address) {
      throw new CliFailure(
        exitCode.failure,
        `There is a marketplace "${name}" already, at ${known}. Take it out of plugins.lock.json first.`,
      );
    }
    writeLock(root, { ...lock, marketplaces: { ...lock.marketplaces, [name]: address } });
    const offers = plugins.map((plugin) => `${plugin.name}@${name}`);
    if (call.json) printJson(call.host, { name, source: address, plugins: offers });
    else printLine(call.host, `Added. It offers: ${offers.join(', ') || 'nothing'}.`);
  });

export const list = ({ host, root, json }: PluginCall): Promise<void> =>
  withProject(root, ({ lock }) => {
    const rows = [...installedDependencies(root).keys()].sort().map((name) => {
      const locked = Object.hasOwn(lock.plugins, name) ? lock.plugins[name] : undefined;
      return {
        name,
        version: locked?.version ?? null,
        marketplace: locked?.marketplace ?? null,
        source: locked?.source ?? null,
        commit: locked?.commit ?? null,
        changed: locked !== undefined && hashFolder(join(root, 'plugins', name)) !== locked.hash,
      };
    });
    if (json) return printJson(host, rows);
    printTable(
      host,
      rows.map(({ name, version, marketplace, source, commit, changed }) => [
        marketplace === null ? name : `${name}@${marketplace}`,
        version ?? '',
        `${source ?? 'made here'}${commit === null ? '' : ` ${commit.slice(0, 10)}`}${changed ? ' (files were changed)' : ''}`,
      ]),
      'No plugins. `npx edgewise plugin install` brings one.',
    );
  });

export const remove = (call: PluginCall, name: string): Promise<void> =>
  withProject(call.root, ({ root, lock }) => {
    const installed = installedDependencies(root);
    if (!Object.hasOwn(lock.plugins, name)) {
      const help = installed.has(name)
        ? `plugins/${name} was not installed by this command; delete the folder yourself`
        : 'There is no such plugin. `npx edgewise plugin list` shows those there are';
      throw new CliFailure(exitCode.notFound, `${help}.`);
    }
    const needs = [...installed]
      .filter(([, dependencies]) => dependencies.includes(name))
      .map(([other]) => other);
    if (needs.length > 0) {
      throw new CliFailure(
        exitCode.failure,
        `"${name}" is needed by ${needs.join(', ')}. Remove that first.`,
      );
    }
    rmSync(join(root, 'plugins', name), { recursive: true, force: true });
    const { [name]: _, ...plugins } = lock.plugins;
    writeLock(root, { ...lock, plugins });
    if (call.json) printJson(call.host, { removed: name });
    else printLine(call.host, `Removed. Take it out of agents.yaml too, where it stands there.`);
  });

/** One plugin, or all that were installed. */
export async function update(call: PluginCall, name: string | undefined): Promise<void> {
  const names = name === undefined ? Object.keys(readLock(call.root).plugins) : [name];
  for (const each of names) await withProject(call.root, (project) => updateOne(call, project, each));
  if (names.length === 0 && !call.json) printLine(call.host, 'No plugin was installed by this command.');
}

async function updateOne(call: PluginCall, project: Project, name: string): Promise<void> {
  const { lock, root, sources } = project;
  const locked = Object.hasOwn(lock.plugins, name) ? lock.plugins[name] : undefined;
  if (locked === undefined) {
    throw new CliFailure(exitCode.notFound, `"${name}" was not installed by this command.`);
  }
  const found: FoundPlugin =
    locked.marketplace === null
      ? readFound({ marketplace: null, source: locked.source, ref: locked.ref, path: locked.path }, sources)
      : findInMarketplace(`${name}@${locked.marketplace}`, project);
  if (found.manifest.name !== name) {
    throw new CliFailure(
      exitCode.failure,
      `"${name}" is now called "${found.manifest.name}" there. Remove it, and install the other.`,
    );
  }
  const planned = planInstall(found, project, { replaces: name });
  const isSame =
    hashFolder(found.folder) === locked.hash && hashFolder(join(root, 'plugins', name)) === locked.hash;
  if (!isSame || planned.length > 1) return agreeAndApply(call, project, planned);
  if (!call.json) printLine(call.host, `${name} is up to date.`);
}
