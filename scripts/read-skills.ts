import { parseSkill, type Skill } from '#catalog/skill.ts';
import { join } from 'node:path';
import { fail, succeed, type Result } from '#lib/result.ts';
import { listFolder, readTexts } from './read-texts.ts';

export interface SkillsFound {
  /** Those that are right, by name. */
  readonly skills: readonly Skill[];
  /** One line for each thing that is wrong with the others, which are left out. */
  readonly problems: readonly string[];
}

/** Reads `<root>/<place>/<name>/`. One broken skill does not keep the others away. */
export function readSkills(root: string, place = '.claude/skills'): SkillsFound {
  const folders = listFolder(join(root, place)).filter((entry) => entry.isDirectory());
  const read = folders.map(({ name }) => readSkill(root, place, name));
  return {
    skills: read.flatMap((skill) => (skill.ok ? [skill.value] : [])),
    problems: read.flatMap((skill) => (skill.ok ? [] : skill.problem)),
  };
}

function readSkill(root: string, top: string, folder: string): Result<Skill, readonly string[]> {
  const place = `${top}/${folder}`;
  const { files, problems } = readTexts(root, place);
  const main = files.find(({ path }) => path === 'SKILL.md');
  if (main === undefined) return fail([...problems, `${place}/SKILL.md: is missing or cannot be read`]);
  const skill = parseSkill({ folder, path: `${place}/SKILL.md`, text: main.text });
  if (!skill.ok) return fail([...problems, ...skill.problem]);
  if (problems.length > 0) return fail(problems);
  return succeed({ ...skill.value, files: files.filter((file) => file !== main) });
}
