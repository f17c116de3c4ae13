import { join } from 'node:path';
import { parseCommand, type Command } from '#catalog/command.ts';
import { listFolder, readText } from './read-texts.ts';

export interface MarkdownFile {
  /** Without `.md`. */
  readonly name: string;
  /** From the project's folder. */
  readonly path: string;
  readonly text: string;
}

export interface MarkdownFound {
  readonly files: readonly MarkdownFile[];
  readonly problems: readonly string[];
}

/** The Markdown files of the folder `<root>/<place>`; nothing if it is not there. */
export function readMarkdown(root: string, place: string): MarkdownFound {
  const files: MarkdownFile[] = [];
  const problems: string[] = [];
  for (const entry of listFolder(join(root, place))) {
    const path = `${place}/${entry.name}`;
    if (entry.isDirectory())
      problems.push(`${path}: folders in here are not read; put its files into ${place}`);
    else if (!entry.isFile()) problems.push(`${path}: is a link: put the file itself there`);
    else if (entry.name.endsWith('.md')) {
      const text = readText(join(root, path));
      if (text.ok) files.push({ name: entry.name.slice(0, -3), path, text: text.value });
      else problems.push(`${path}: ${text.problem}`);
    }
  }
  return { files, problems };
}

export interface CommandsFound {
  readonly commands: readonly Command[];
  /** What is wrong with the others, which are left out, and what of these will not work. */
  readonly problems: readonly string[];
}

/** Reads `<root>/<place>/<name>.md`. */
export function readCommands(root: string, place = '.claude/commands'): CommandsFound {
  const { files, problems } = readMarkdown(root, place);
  const read = files.map((file) => ({ file, parsed: parseCommand(file) }));
  return {
    commands: read.flatMap(({ parsed }) => (parsed.ok ? [parsed.value] : [])),
    problems: [
      ...problems,
      ...read.flatMap(({ file, parsed }) => (parsed.ok ? unsupported(file, parsed.value) : parsed.problem)),
    ],
  };
}

/** `!` and a command in backticks: other programs run it first and put its output there. */
const unsupported = ({ path }: MarkdownFile, { body }: Command): readonly string[] =>
  /(^|\s)!`/m.test(body)
    ? [`${path}: a command between !\` and \` is not run; the model is given the words as they stand`]
    : [];
