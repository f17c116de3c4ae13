/**
 * Writes src/catalog/bundle.generated.ts from .claude/skills, .claude/commands, plugins and .mcp.json. Run: npm run bundle
 * With --check it writes nothing, and fails unless the file is up to date and the project's own skills and commands are
 * right. Plugins are others' work: what is wrong with them is said, and fails nothing.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { toolNames } from '#catalog/tool-names.ts';
import { writeBundleModule } from './bundle-module.ts';
import { readCommands } from './read-commands.ts';
import { readMcpJson } from './read-mcp-json.ts';
import { readPlugins } from './read-plugins.ts';
import { readSkills } from './read-skills.ts';

const root = join(import.meta.dirname, '..');
const target = join(root, 'src/catalog/bundle.generated.ts');

/** Brings the generated file up to date. What is wrong is left out of it, and is said on standard error. */
export function bundle({ check = false } = {}): { readonly ok: boolean; readonly names: readonly string[] } {
  const { skills, problems } = readSkills(root);
  const commands = readCommands(root);
  const { plugins, warnings } = readPlugins(root, toolNames);
  const own = [...problems, ...commands.problems];
  const mcp = readMcpJson(root);
  for (const line of [...own, ...warnings, ...mcp.warnings]) console.error(`warning: ${line}`);

  const text = writeBundleModule({
    skills,
    commands: commands.commands,
    plugins,
    ...(mcp.servers.length > 0 && { mcpServers: mcp.servers }),
  });
  const isCurrent = existsSync(target) && readFileSync(target, 'utf8').replaceAll('\r\n', '\n') === text;
  // Written only when it changes: a running server starts again with each write
  if (!check && !isCurrent) writeFileSync(target, text);
  if (check && !isCurrent) {
    console.error('src/catalog/bundle.generated.ts is not up to date: run npm run bundle');
  }
  const names = [...skills, ...commands.commands, ...plugins].map(({ name }) => name);
  return { ok: own.length === 0 && (isCurrent || !check), names };
}

if (import.meta.main) {
  const { ok, names } = bundle({ check: process.argv.includes('--check') });
  console.log(`bundled: ${names.join(', ') || 'nothing'}`);
  if (!ok) process.exitCode = 1;
}
