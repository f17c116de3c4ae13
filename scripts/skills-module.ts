import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSkill, type Skill, type SkillFile } from '#catalog/skill.ts';
import { fail, succeed, type Result } from '#lib/result.ts';

const maxFileBytes = 200_000;

export interface SkillsFound {
  /** Those that are right, by name. */
  readonly skills: readonly Skill[];
  /** One line for each thing that is wrong with the others, which are left out. */
  readonly problems: readonly string[];
}

/** Reads `<root>/.claude/skills/<name>/`. One broken skill does not keep the others away. */
export function readSkills(root: string): SkillsFound {
  const top = join(root, '.claude/skills');
  const folders = (existsSync(top) ? entries(top) : []).filter((entry) => entry.isDirectory());
  const read = folders.map(({ name }) => readSkill(root, name));
  return {
    skills: read.flatMap((skill) => (skill.ok ? [skill.value] : [])),
    problems: read.flatMap((skill) => (skill.ok ? [] : skill.problem)),
  };
}

function readSkill(root: string, folder: string): Result<Skill, readonly string[]> {
  const place = `.claude/skills/${folder}`;
  const { files, problems } = readFiles(root, place, '');
  const main = files.find(({ path }) => path === 'SKILL.md');
  if (main === undefined) return fail([...problems, `${place}/SKILL.md: is missing or cannot be read`]);
  const skill = parseSkill({ folder, path: `${place}/SKILL.md`, text: main.text });
  if (!skill.ok) return fail([...problems, ...skill.problem]);
  if (problems.length > 0) return fail(problems);
  return succeed({ ...skill.value, files: files.filter((file) => file !== main) });
}

interface FilesFound {
  readonly files: readonly SkillFile[];
  readonly problems: readonly string[];
}

function readFiles(root: string, place: string, below: string): FilesFound {
  const found = entries(join(root, place, below)).map((entry): FilesFound => {
    const path = `${below}${entry.name}`;
    if (entry.isDirectory()) return readFiles(root, place, `${path}/`);
    const text = entry.isFile()
      ? readText(join(root, place, path))
      : fail('is a link: put the file itself there');
    return text.ok
      ? { files: [{ path, text: text.value }], problems: [] }
      : { files: [], problems: [`${place}/${path}: ${text.problem}`] };
  });
  return {
    files: found.flatMap(({ files }) => files),
    problems: found.flatMap(({ problems }) => problems),
  };
}

/** What is in a folder, in an order that is the same everywhere; hidden files are none of a skill's. */
const entries = (folder: string) =>
  readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.'))
    .sort((a, b) => (a.name < b.name ? -1 : 1));

function readText(path: string): Result<string, string> {
  const bytes = readFileSync(path);
  if (bytes.length > maxFileBytes) {
    return fail(`has ${bytes.length} bytes: a skill's file may have at most ${maxFileBytes}`);
  }
  const text = bytes.toString('utf8');
  if (text.includes('\0') || !Buffer.from(text).equals(bytes)) {
    return fail('is not text in UTF-8, and a skill holds text only');
  }
  // A checkout on Windows must give the same module, and the shell wants it so
  return succeed(text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n'));
}

/** The module that carries the skills into the Worker. Contract: the same skills give the same bytes. */
export function writeSkillsModule(skills: readonly Skill[]): string {
  const lines = skills.map(
    ({ name, description, body, files }) => `  {
    name: ${literal(name)},
    description: ${literal(description)},
    body: ${literal(body)},
    files: [${files.map((file) => `{ path: ${literal(file.path)}, text: ${literal(file.text)} }`).join(', ')}],
  },
`,
  );
  return `// Made from .claude/skills by \`npm run skills\`. Do not edit.
import type { Skill } from '#catalog/skill.ts';

export const skills: readonly Skill[] = [
${lines.join('')}];
`;
}

/** As a template, so that a change of a skill's line is a change of one line here. */
const literal = (text: string) =>
  `\`${text.replaceAll(/[`\\]|\$\{/g, String.raw`\$&`).replaceAll('\r', String.raw`\r`)}\``;
