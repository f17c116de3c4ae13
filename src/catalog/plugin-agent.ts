import { z } from 'zod';
import { readFrontMatter } from '#catalog/front-matter.ts';
import type { Subagent } from '#catalog/parse-catalog.ts';
import { fail, succeed, type Result } from '#lib/result.ts';

/** `Read, Grep` and a list mean the same. */
const toolList = z
  .union([z.string().transform((text) => text.split(',')), z.array(z.string())])
  .transform((names) => names.map((name) => name.trim()).filter((name) => name !== ''));

const frontMatter = (file: string) =>
  z.object(
    {
      name: z.string().refine((name) => name === file, `must be the name of the file, "${file}"`),
      description: z
        .string()
        .transform((text) => text.trim().replace(/\s+/g, ' '))
        .pipe(z.string().min(1, 'must not be empty')),
      tools: toolList.optional(),
      model: z.string().trim().min(1, 'must not be empty').optional(),
    },
    { error: 'must hold `name: …` and `description: …`' },
  );

export interface PluginAgentSource {
  readonly plugin: string;
  /** The file's name, without `.md`. */
  readonly name: string;
  /** Where the file is, for the error lines. */
  readonly path: string;
  /** With `\n` at the line ends. */
  readonly text: string;
  readonly knownTools: readonly string[];
}

/** The subagent that a plugin's file describes, and what of it is left out, a line each. */
export interface PluginAgent {
  readonly subagent: Subagent;
  readonly warnings: readonly string[];
}

/**
 * Reads a file of a plugin's folder `agents`. Without `tools` the subagent gets those of the agent that calls it, as it does with the
 * model. A tool that Edgewise
 * does not have costs a warning and not the subagent, because plugins are written for other programs too. Contract: on
 * failure, one line per problem, with file, line and field.
 */
export function parsePluginAgent({
  plugin,
  name,
  path,
  text,
  knownTools,
}: PluginAgentSource): Result<PluginAgent, readonly string[]> {
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(name)) {
    return fail([`${path}: the file's name may have 1 to 64 lower-case letters, digits and "-" before .md`]);
  }
  const read = readFrontMatter({
    path,
    text,
    schema: frontMatter(name),
    fields: ['name', 'description', 'tools', 'model'],
    example: '"---", "name: …", "description: …", "---"',
  });
  if (!read.ok) return read;
  const { description, tools = [], model = 'inherit' } = read.value.head;
  const exists = (tool: string) => knownTools.includes(tool) || tool.startsWith('mcp__');
  const line = text.split('\n').findIndex((each) => each.startsWith('tools:')) + 1;
  return succeed({
    subagent: {
      id: `${plugin}:${name}`,
      name: `${plugin}:${name}`,
      description,
      focus: description.length > 100 ? `${description.slice(0, 99)}…` : description,
      prompt: read.value.body,
      tools: tools.filter(exists),
      model: model === 'inherit' ? 'sonnet' : model,
      inherits: [
        ...(read.value.head.tools === undefined ? (['tools'] as const) : []),
        ...(model === 'inherit' ? (['model'] as const) : []),
      ],
    },
    warnings: tools
      .filter((tool) => !exists(tool))
      .map((tool) => `${path}:${line}:1 tools: there is no tool "${tool}"; the subagent does without it`),
  });
}
