import type { z } from 'zod';
import { readYaml } from '#catalog/read-yaml.ts';
import { fail, succeed, type Result } from '#lib/result.ts';

export interface FrontMatterFile<Schema extends z.ZodType> {
  /** Named in the error lines. */
  readonly path: string;
  /** With `\n` at the line ends. */
  readonly text: string;
  readonly schema: Schema;
  /** Every field name of the schema, for "did you mean". */
  readonly fields: readonly string[];
  /** What the first lines should be, for the error line; without it, a file may do without front matter. */
  readonly example?: string;
}

export interface FrontMatter<Head> {
  readonly head: Head;
  /** What follows the front matter, trimmed; never empty. */
  readonly body: string;
}

/**
 * Reads a Markdown file that begins with YAML between two lines `---`. Contract: on failure, one line per problem:
 * `path/SKILL.md:2:1 name: what is wrong`.
 */
export function readFrontMatter<Schema extends z.ZodType>({
  path,
  text,
  schema,
  fields,
  example,
}: FrontMatterFile<Schema>): Result<FrontMatter<z.output<Schema>>, readonly string[]> {
  // The first fence stays with the YAML, where it begins a document, so that line numbers are those of the file
  const [, found, rest] = /^(---[ \t]*\n(?:[^]*?\n)??)---[ \t]*(?:\n([^]*))?$/.exec(text) ?? [];
  if (found === undefined && text.startsWith('---\n')) {
    return fail([`${path}:1:1 the front matter has no end: close it with a line "---"`]);
  }
  if (found === undefined && example !== undefined) {
    return fail([`${path}:1:1 has no front matter: begin with the lines ${example}`]);
  }
  const yaml = found ?? '';
  const head = readYaml({ name: path, text: yaml, schema, fields });
  if (!head.ok) return head;
  const body = (found === undefined ? text : (rest ?? '')).trim();
  if (body === '')
    return fail([`${path}:${yaml.split('\n').length}:1 no instructions follow the front matter`]);
  return succeed({ head: head.value, body });
}
