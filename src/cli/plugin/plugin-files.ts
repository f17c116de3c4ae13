import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { fail, succeed, type Result } from '#lib/result.ts';

/** A plugin is texts. What is larger brings something else along. */
const maxFiles = 500;
const maxBytes = 5_000_000;

/** Left by git and by file managers, and no part of a plugin. */
const ignored: ReadonlySet<string> = new Set(['.git', '.DS_Store', 'node_modules']);

export interface PluginFiles {
  /** Paths from the plugin's folder, with `/`, sorted. */
  readonly paths: readonly string[];
  readonly bytes: number;
}

/** What a plugin's folder holds, or why it must not be taken, in words. */
export function listPluginFiles(folder: string): Result<PluginFiles, string> {
  const top = realpathSync(folder);
  const paths: string[] = [];
  let bytes = 0;
  const waiting = [''];
  for (let below = waiting.pop(); below !== undefined; below = waiting.pop()) {
    for (const entry of readdirSync(join(top, below), { withFileTypes: true })) {
      const path = `${below}${entry.name}`;
      if (ignored.has(entry.name)) continue;
      // oxlint-disable-next-line no-control-regex -- names are shown in the terminal and become paths on any system
      if (/[\u0000-\u001f\u007f\\:]/.test(entry.name))
        return fail(`it has a file with a strange name in ${below || 'its folder'}`);
      if (entry.isDirectory()) {
        waiting.push(`${path}/`);
        continue;
      }
      const real = realPath(join(top, path));
      if (real === undefined) return fail(`${path} is a link that leads nowhere`);
      if (!real.startsWith(top + sep)) return fail(`${path} is a link that leads out of the plugin`);
      const stats = statSync(real);
      if (!stats.isFile()) return fail(`${path} is neither a file nor a folder`);
      paths.push(path);
      bytes += stats.size;
      if (paths.length > maxFiles) return fail(`it has more than ${maxFiles} files`);
      if (bytes > maxBytes) return fail(`it is larger than ${maxBytes / 1e6} MB`);
    }
  }
  return succeed({ paths: paths.sort(), bytes });
}

const realPath = (path: string): string | undefined => {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
};

/** Copies these files into a folder that is not there yet; a link becomes the file that it leads to. */
export function copyPlugin(from: string, { paths }: PluginFiles, to: string): void {
  for (const path of paths) {
    const target = join(to, path);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(realpathSync(join(from, path)), target);
  }
}

/** Of paths and contents. A checkout that makes `\r\n` of line ends has the same; empty for what must not be taken. */
export function hashFolder(folder: string): string {
  const files = listPluginFiles(folder);
  if (!files.ok) return '';
  const hash = createHash('sha256');
  for (const path of files.value.paths) {
    const content = readFileSync(join(folder, path)).toString('latin1').replaceAll('\r\n', '\n');
    hash.update(`${path}\0${content.length}\0`).update(content, 'latin1');
  }
  return `sha256-${hash.digest('hex')}`;
}
