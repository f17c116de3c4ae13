import { z } from 'zod';
import { byShortName } from '#catalog/by-short-name.ts';
import { readFrontMatter } from '#catalog/front-matter.ts';
import { fail, succeed, type Result } from '#lib/result.ts';

/** A prompt that is kept under a name, and begun by `/name arguments`. */
export interface Command {
  /** `name`, or `plugin:name`. */
  readonly name: string;
  /** One line. */
  readonly description: string;
  /** What may follow the name, as menus show it. */
  readonly argumentHint: string | null;
  /** With `$ARGUMENTS` and `$1` to `$9`. */
  readonly body: string;
}

const oneLine = (text: string) => text.trim().replace(/\s+/g, ' ');

/** `argument-hint: [file]` is a list to YAML. Keys that other programs read are let through and not kept. */
const frontMatter = z.preprocess(
  (head) => head ?? {},
  z.object({
    description: z.string().transform(oneLine).optional(),
    'argument-hint': z
      .union([
        z.string().transform(oneLine),
        z.array(z.unknown()).transform((words) => `[${words.map(String).join(', ')}]`),
      ])
      .optional(),
  }),
);

export interface CommandSource {
  /** The file's, without `.md`. */
  readonly name: string;
  /** Where the file is, for the error lines. */
  readonly path: string;
  /** With `\n` at the line ends. */
  readonly text: string;
}

/** Reads a file of a folder `commands`. Contract: on failure, one line per problem, with file, line and field. */
export function parseCommand({ name, path, text }: CommandSource): Result<Command, readonly string[]> {
  if (!/^[A-Za-z0-9][\w-]{0,63}$/.test(name)) {
    return fail([`${path}: the file's name may have 1 to 64 letters, digits, "-" and "_" before .md`]);
  }
  const read = readFrontMatter({
    path,
    text,
    schema: frontMatter,
    fields: ['description', 'argument-hint'],
  });
  if (!read.ok) return read;
  const { head, body } = read.value;
  return succeed({
    name,
    description: head.description ?? oneLine(/^[#\s]*(.*)/.exec(body)?.[1] ?? '').slice(0, 200),
    argumentHint: head['argument-hint'] ?? null,
    body,
  });
}

/**
 * What the model gets for a text that begins with a command's name, or undefined where it begins with none: then the
 * text stands for itself, as `/etc/hosts` does.
 */
export function expandCommand(text: string, commands: readonly Command[]): string | undefined {
  const [, name, rest = ''] = /^\s*\/([A-Za-z0-9][\w:-]*)(?:\s+([^]*))?$/.exec(text) ?? [];
  const command = name === undefined ? undefined : byShortName(commands, name);
  if (command === undefined) return undefined;
  const whole = rest.trim();
  const words = splitWords(whole);
  let used = false;
  // In one go: what stands in an argument is not looked at again
  const expanded = command.body.replace(/\$ARGUMENTS\b|\$([1-9])(?!\d)/g, (_, digit: string | undefined) => {
    used = true;
    return digit === undefined ? whole : (words[Number(digit) - 1] ?? '');
  });
  return used || whole === '' ? expanded : `${expanded}\n\nArguments: ${whole}`;
}

/** At white space, but for what stands in quotes. */
const splitWords = (text: string): string[] =>
  [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? '',
  );
