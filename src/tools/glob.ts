import { z } from 'zod';
import { defineTool } from '#agent/tool.ts';
import { root } from '#files/path.ts';
import type { Workspace } from '#files/workspace.ts';
import { compileGlob, globLength } from '#tools/glob-pattern.ts';
import { newestFirst } from '#tools/newest-first.ts';
import { orFail } from '#tools/workspace-failure.ts';

const maxResults = 100;

const description = `Finds files of the workspace by name, newest first.

- Patterns: \`*.csv\` (in the folder itself), \`**/*.ts\` (at any depth), \`src/**/*.{js,ts}\`, \`input/report-?.md\`.
- To search what files contain, use Grep.`;

const input = z.object({
  pattern: z.string().min(1).max(globLength).describe('The glob, relative to path'),
  path: z.string().min(1).default(root).describe(`The folder to search, ${root} by default`),
});

export const globTool = (workspace: Workspace) =>
  defineTool({
    name: 'Glob',
    description,
    input,
    effects: 'reads',
    async run({ pattern, path }) {
      const entries = orFail(workspace.walk(path));
      const folder = workspace.stat(path)?.path ?? root;
      const matches = compileGlob(
        pattern.startsWith('/') ? pattern : `${folder}/${pattern.replace(/^(\.\/)+/, '')}`,
      );
      const found = entries.filter((entry) => entry.kind === 'file' && matches(entry.path)).sort(newestFirst);
      if (found.length === 0) return 'No files found.';
      const shown = found.slice(0, maxResults).map((file) => file.path);
      const more = found.length - shown.length;
      return [...shown, ...(more > 0 ? [`[${more} more: use a narrower pattern or path]`] : [])].join('\n');
    },
  });
