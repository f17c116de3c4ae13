import { z } from 'zod';
import { readFrontMatter } from '#catalog/front-matter.ts';
import { succeed, type Result } from '#lib/result.ts';

/** Another text file of a skill's folder: a script, a reference, a template. */
export interface SkillFile {
  /** From the skill's folder, with `/`. */
  readonly path: string;
  readonly text: string;
}

export interface Skill {
  /** `name`, or `plugin:name`. */
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
  const read = readFrontMatter({
    path,
    text,
    schema: frontMatter(folder),
    fields: ['name', 'description'],
    example: '"---", "name: …", "description: …", "---"',
  });
  return read.ok ? succeed({ ...read.value.head, body: read.value.body }) : read;
}

/**
 * Where a skill's files are put, below `.skills`. Those of a plugin lie there as they do in the plugin, so that paths
 * from the plugin's folder lead to them.
 */
export const skillFolder = (name: string): string => name.replace(':', '/skills/');
