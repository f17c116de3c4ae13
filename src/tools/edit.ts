import { z } from 'zod';
import { defineTool, ToolFailure } from '#agent/tool.ts';
import type { Workspace } from '#files/workspace.ts';
import { fail, succeed } from '#lib/result.ts';
import { numberLines, splitLines } from '#tools/numbered-lines.ts';
import { replaceText } from '#tools/replace-text.ts';

const linesAround = 4;

const description = `Replaces a text in a file of the workspace.

- Read the file first. old_string is the exact text, with its indentation and without the line numbers.
- It must be in the file exactly once: give enough of the text around it, or set replace_all to replace it everywhere.`;

const input = z.object({
  file_path: z.string().min(1).describe('Absolute path of the file'),
  old_string: z.string().describe('The text to replace'),
  new_string: z.string().describe('The text to put in its place'),
  replace_all: z.boolean().default(false).describe('Replace every occurrence'),
});

export const editTool = (workspace: Workspace) =>
  defineTool({
    name: 'Edit',
    description,
    input,
    effects: 'workspace',
    async run({ file_path, old_string, new_string, replace_all }) {
      let report = '';
      const edited = await workspace.update(file_path, (bytes) => {
        const old = decode(bytes);
        if (old === undefined) {
          return fail({ message: 'The file is not UTF-8 text: an edit would damage it. Use Bash.' });
        }
        const replaced = replaceText(old, { oldText: old_string, newText: new_string, all: replace_all });
        if (!replaced.ok) return fail({ message: replaced.problem });
        const { text, line, count } = replaced.value;
        const lines = splitLines(text);
        const first = Math.max(0, line - linesAround);
        const end = line + new_string.split('\n').length + linesAround;
        report = [
          `The file ${file_path} has been edited${count > 1 ? ` in ${count} places` : ''}.`,
          `It now reads${count > 1 ? ', at the first place' : ''}:`,
          numberLines(lines.slice(first, end), first + 1),
        ].join('\n');
        return succeed(text);
      });
      if (!edited.ok) throw new ToolFailure(edited.problem.message);
      return report;
    },
  });

function decode(bytes: Uint8Array): string | undefined {
  try {
    // A byte order mark is part of the file and stays.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
