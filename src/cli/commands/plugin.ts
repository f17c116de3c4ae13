import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { closest } from '#cli/closest.ts';
import { noWords, oneWord, readOptions, type Command } from '#cli/command.ts';
import { CliFailure, exitCode } from '#cli/failure.ts';
import { projectFolder } from '#cli/host.ts';
import { addMarketplace, install, list, remove, update, type PluginCall } from '#cli/plugin/verbs.ts';

const Options = z.object({ yes: z.boolean().default(false) });

type Verb = (call: PluginCall, words: readonly string[]) => Promise<void>;

const verbs: Readonly<Record<string, Verb>> = {
  install: (call, words) => install(call, oneWord('plugin', 'plugin', words)),
  list: (call, words) => {
    noWords('plugin', words);
    return list(call);
  },
  remove: (call, words) => remove(call, oneWord('plugin', 'name', words)),
  update: (call, words) => update(call, words.length === 0 ? undefined : oneWord('plugin', 'name', words)),
  marketplace: (call, [verb, ...words]) => {
    if (verb === 'add') return addMarketplace(call, oneWord('plugin', 'address', words));
    throw new CliFailure(
      exitCode.usage,
      'Say `npx edgewise plugin marketplace add <git address or folder>`.',
    );
  },
};

export const pluginCommand: Command = {
  name: 'plugin',
  summary: 'install, list, update or remove plugins of this project',
  help: `Usage:
  npx edgewise plugin list
  npx edgewise plugin install <name@marketplace> [--yes]
  npx edgewise plugin install <git address>[#branch, tag or commit] [--yes]
  npx edgewise plugin install <folder> [--yes]
  npx edgewise plugin marketplace add <git address>[#branch] or <folder>
  npx edgewise plugin update [name] [--yes]
  npx edgewise plugin remove <name>

A plugin is copied into plugins/ of this project and written into plugins.lock.json: commit both. It shows first what it
brings. An agent has it once agents.yaml names it. See docs/plugins.md.

Options:
  -y, --yes         do not ask

Example: npx edgewise plugin install https://github.com/acme/formatter.git#v2`,
  options: { yes: { type: 'boolean', short: 'y' } },
  async run({ host, json, values, positionals }) {
    const [name = 'list', ...words] = positionals;
    const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
    if (verb === undefined) {
      const meant = closest(name, Object.keys(verbs));
      throw new CliFailure(
        exitCode.usage,
        `There is no \`plugin ${name}\`.${meant === undefined ? '' : ` Did you mean "${meant}"?`} See \`npx edgewise plugin --help\`.`,
      );
    }
    const { yes } = readOptions('plugin', Options, values);
    const root = fileURLToPath(projectFolder);
    await verb({ host, root, cwd: process.cwd(), json, yes }, words);
    if (name !== 'list') rebundle(root);
    return exitCode.ok;
  },
};

/** A running `npm start` takes it from there. What is wrong in a plugin is said on standard error. */
function rebundle(root: string): void {
  spawnSync(process.execPath, ['scripts/bundle.ts'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
}
