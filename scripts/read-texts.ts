import { existsSync, readdirSync, readFileSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import type { SkillFile } from '#catalog/skill.ts';
import { fail, succeed, type Result } from '#lib/result.ts';

const maxFileBytes = 200_000;

export interface TextsFound {
  /** By path from `place`. */
  readonly files: readonly SkillFile[];
  /** A line for each file that is no text, too large or a link. */
  readonly problems: readonly string[];
}

/** All text files of the folder `<root>/<place>`, with those of its folders. */
export function readTexts(root: string, place: string, below = ''): TextsFound {
  const found = listFolder(join(root, place, below)).map((entry): TextsFound => {
    const path = `${below}${entry.name}`;
    if (entry.isDirectory()) return readTexts(root, place, `${path}/`);
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

/** What is in a folder, in an order that is the same everywhere; nothing if it is not there. Hidden files are left out. */
export const listFolder = (folder: string): readonly Dirent[] =>
  (existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [])
    .filter(({ name }) => !name.startsWith('.'))
    .sort((a, b) => (a.name < b.name ? -1 : 1));

export function readText(path: string): Result<string, string> {
  const bytes = readFileSync(path);
  if (bytes.length > maxFileBytes) {
    return fail(`has ${bytes.length} bytes: a file may have at most ${maxFileBytes}`);
  }
  const text = bytes.toString('utf8');
  if (text.includes('\0') || !Buffer.from(text).equals(bytes)) {
    return fail('is not text in UTF-8, and only text can be used');
  }
  // A checkout on Windows must give the same module, and the shell wants it so
  return succeed(text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n'));
}
