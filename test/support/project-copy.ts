import { cpSync, mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

/** A copy of these parts of the project, with its packages: to start scripts in without touching what they write. */
export function copyProject(parts: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'edgewise-copy-'));
  for (const part of ['scripts', 'src', 'package.json', ...parts]) {
    cpSync(part, join(folder, part), { recursive: true });
  }
  symlinkSync(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'));
  return folder;
}
