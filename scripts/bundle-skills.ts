/**
 * Writes src/catalog/skills.generated.ts from .claude/skills. Run: npm run skills
 * With --check it writes nothing, and fails unless the file is up to date.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { readSkills, writeSkillsModule } from './skills-module.ts';

const root = join(import.meta.dirname, '..');
const target = join(root, 'src/catalog/skills.generated.ts');

const { skills, problems } = readSkills(root);
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;

const text = writeSkillsModule(skills);
if (!process.argv.includes('--check')) {
  writeFileSync(target, text);
} else if (!existsSync(target) || readFileSync(target, 'utf8').replaceAll('\r\n', '\n') !== text) {
  console.error('src/catalog/skills.generated.ts is not up to date: run npm run skills');
  process.exitCode = 1;
}
console.log(`skills: ${skills.map(({ name }) => name).join(', ') || 'none'}`);
