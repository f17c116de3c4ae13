import { z } from 'zod';
import { defineTool, ToolFailure, type ToolOutput } from '#agent/tool.ts';
import type { WorkspaceEntry } from '#files/workspace-entries.ts';
import type { Workspace } from '#files/workspace.ts';
import { closeMatches } from '#tools/close-matches.ts';
import { contentType, sniffedBytes } from '#tools/file-content.ts';
import { maxLineLength, numberLines } from '#tools/numbered-lines.ts';
import { readLines } from '#tools/read-lines.ts';
import { orFail } from '#tools/workspace-failure.ts';

const defaultLines = 2_000;
// With line numbers. The turn cuts a result at 100,000, in the middle of a line and without a way to go on.
const maxCharacters = 90_000;
const numberLength = 8;
const mebibyte = 1024 * 1024;
// What the Messages API takes in one block.
const maxImageBytes = 5 * mebibyte;
// As base64 a conversation shows no more than 20 million characters (`session/shown-media.ts`).
const maxPdfBytes = 14 * mebibyte;

const description = `Reads a file of the workspace.

- file_path is absolute, under /workspace. What the user uploaded is in /workspace/input.
- Text comes with line numbers, as \`cat -n\` prints it: at most ${defaultLines} lines from the beginning, or from offset on. Lines over ${maxLineLength} characters are cut.
- Images (PNG, JPEG, GIF, WebP; at most 5 MB) and PDFs (at most 14 MB) are shown to you as they are.
- It reads files, not folders: list a folder with Glob, or \`ls\` in Bash.`;

const input = z.object({
  file_path: z.string().min(1).describe('Absolute path of the file'),
  offset: z.number().int().min(1).default(1).describe('Number of the first line to read'),
  limit: z.number().int().min(1).default(defaultLines).describe('How many lines to read'),
});

export const readTool = (workspace: Workspace) =>
  defineTool({
    name: 'Read',
    description,
    input,
    effects: 'reads',
    async run({ file_path, offset, limit }, { signal }) {
      const start = await workspace.read(file_path, { length: sniffedBytes });
      if (!start.ok && start.problem.code === 'ENOENT') throw notFound(workspace, file_path);
      const type = contentType(orFail(start));
      const file = workspace.stat(file_path);
      if (!file) throw notFound(workspace, file_path);
      switch (type) {
        case 'text':
          return readText(workspace, { path: file.path, offset, limit, signal });
        case 'application/pdf': {
          const data = await readWhole(workspace, file, maxPdfBytes);
          return [{ type: 'document', source: { type: 'base64', media_type: type, data }, title: file.name }];
        }
        case 'binary':
          throw new ToolFailure(
            `${file.path} is a binary file that cannot be shown as text. Look into it with Bash (file, strings, od, zcat), or ask the user for it as text, PDF or image.`,
          );
        default: {
          const data = await readWhole(workspace, file, maxImageBytes);
          return [{ type: 'image', source: { type: 'base64', media_type: type, data } }];
        }
      }
    },
  });

async function readWhole(workspace: Workspace, file: WorkspaceEntry, limit: number): Promise<string> {
  if (file.size > limit) {
    throw new ToolFailure(
      `${file.path} is larger than ${limit / mebibyte} MB, which is too large to show. Ask the user for a smaller version.`,
    );
  }
  return Buffer.from(orFail(await workspace.read(file.path))).toString('base64');
}

async function readText(
  workspace: Workspace,
  {
    path,
    offset,
    limit,
    signal,
  }: { readonly path: string; readonly offset: number; readonly limit: number; readonly signal: AbortSignal },
): Promise<ToolOutput> {
  const lines: string[] = [];
  let number = 0;
  let characters = 0;
  for await (const line of readLines(workspace, path, signal)) {
    number += 1;
    if (number < offset) continue;
    characters += numberLength + Math.min(line.length, maxLineLength);
    if (lines.length === limit || (characters > maxCharacters && lines.length > 0)) {
      return `${numberLines(lines, offset)}\n\n[The file goes on: read it with offset ${number}.]`;
    }
    lines.push(line);
  }
  if (number === 0) return 'The file is empty.';
  if (lines.length === 0) {
    throw new ToolFailure(`${path} has ${number} lines: offset ${offset} is behind its end.`);
  }
  return numberLines(lines, offset);
}

function notFound(workspace: Workspace, path: string): ToolFailure {
  const all = workspace.walk();
  const files = all.ok ? all.value.filter(({ kind }) => kind === 'file').map((file) => file.path) : [];
  const close = closeMatches(path, files);
  const hint =
    close.length > 0
      ? `Did you mean ${close.join(' or ')}?`
      : 'See what there is with Glob (pattern "**/*").';
  return new ToolFailure(`There is no file ${path}. ${hint}`);
}
