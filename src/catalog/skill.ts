import { z } from 'zod';
import { readYaml } from '#catalog/read-yaml.ts';
import { fail, succeed, type Result } from '#lib/result.ts';

/** Another text file of a skill's folder: a script, a reference, a template. */
export interface SkillFile {
  /** From the skill's folder, with `/`. */
  readonly path: string;
  readonly text: string;
}

export interface Skill {
  readonly name: string;
  /** One line. */
  readonly description: string;
  /** `SKILL.md` after the front matter. */
  readonly body: string;
  /** By path. */
  readonly files: readonly SkillFile[];
}

/** The front matter. Keys that other programs read are let through and not kept. */
const frontMatter = (folder: string) =>
  z.object(
    {
      name: z
        .string()
        .regex(/^[a-z0-9-]{1,64}$/, 'may have 1 to 64 lower-case letters, digits and "-"')
        .refine((name) => name === folder, `must be the name of the folder, "${folder}"`),
      description: z
        .string()
        .transform((text) => text.trim().replace(/\s+/g, ' '))
        .pipe(z.string().min(1, 'must not be empty').max(1_024, 'may have at most 1,024 characters')),
    },
    { error: 'must hold `name: …` and `description: …`' },
  );

export interface SkillSource {
  readonly folder: string;
  /** Where `SKILL.md` is, for the error lines. */
  readonly path: string;
  /** Of `SKILL.md`, with `\n` at the line ends. */
  readonly text: string;
}

/** Reads a `SKILL.md`. Contract: on failure, one line per problem: `path/SKILL.md:2:1 name: what is wrong`. */
export function parseSkill({
  folder,
  path,
  text,
}: SkillSource): Result<Omit<Skill, 'files'>, readonly string[]> {
  // The first fence stays with the YAML, where it begins a document, so that line numbers are those of the file
  const [, head, body] = /^(---[ \t]*\n(?:[^]*?\n)??)---[ \t]*(?:\n([^]*))?$/.exec(text) ?? [];
  if (head === undefined) {
    const missing = text.startsWith('---\n')
      ? 'the front matter has no end: close it with a line "---"'
      : 'has no front matter: begin with the lines "---", "name: …", "description: …", "---"';
    return fail([`${path}:1:1 ${missing}`]);
  }
  const read = readYaml({
    name: path,
    text: head,
    schema: frontMatter(folder),
    fields: ['name', 'description'],
  });
  if (!read.ok) return read;
  const instructions = body?.trim() ?? '';
  if (instructions === '') {
    return fail([`${path}:${head.split('\n').length}:1 no instructions follow the front matter`]);
  }
  return succeed({ ...read.value, body: instructions });
}
