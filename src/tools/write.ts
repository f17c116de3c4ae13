import { z } from 'zod';
import { defineTool } from '#agent/tool.ts';
import type { Workspace } from '#files/workspace.ts';
import { orFail } from '#tools/workspace-failure.ts';

const description = `Writes a file of the workspace; what was in it is replaced. Missing folders are made.

- file_path is absolute, under /workspace. Put results that the user shall get into /workspace/output.
- To change part of a file, use Edit.`;

const input = z.object({
  file_path: z.string().min(1).describe('Absolute path of the file'),
  content: z.string().describe('The whole new content'),
});

export const writeTool = (workspace: Workspace) =>
  defineTool({
    name: 'Write',
    description,
    input,
    effects: 'workspace',
    async run({ file_path, content }) {
      const existed = workspace.stat(file_path) !== undefined;
      orFail(await workspace.writeFile(file_path, content));
      const path = workspace.stat(file_path)?.path ?? file_path;
      return existed ? `The file ${path} has been replaced.` : `The file ${path} has been created.`;
    },
  });
